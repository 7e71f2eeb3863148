import { defineMessages } from './define.ts';

/** The ways through the app and what stands on every screen. */
export const nav = defineMessages('nav', {
  'nav.label': { ko: '화면', en: 'Screens', vi: 'Màn hình' },
  'nav.line': { ko: '라인', en: 'Line', vi: 'Dây chuyền' },
  'nav.shot': { ko: '샷', en: 'Shot', vi: 'Shot' },
  'nav.history': { ko: '이력', en: 'History', vi: 'Lịch sử' },
  'nav.batch': { ko: '파일', en: 'Files', vi: 'Tệp' },
  'nav.form': { ko: '직접 입력', en: 'Type in', vi: 'Nhập tay' },
  'nav.quality': { ko: '품질', en: 'Quality', vi: 'Chất lượng' },
  'nav.model': { ko: '모델', en: 'Model', vi: 'Mô hình' },
  'nav.settings': { ko: '설정', en: 'Settings', vi: 'Cài đặt' },
  'nav.more': { ko: '더 보기', en: 'More', vi: 'Thêm' },
  'nav.skip': { ko: '본문으로', en: 'Skip to content', vi: 'Đến nội dung' },
  'nav.language': { ko: '언어', en: 'Language', vi: 'Ngôn ngữ' },
  'nav.demo': { ko: '데모', en: 'DEMO', vi: 'DEMO' },
  'nav.demoMeaning': {
    ko: '데모 라인의 가상 샷입니다. 실제 생산이 아닙니다.',
    en: 'Made-up shots of the demo line. Not real production.',
    vi: 'Shot giả lập của dây chuyền demo. Không phải sản xuất thật.',
  },
  'nav.title': { ko: '{view} · Castwatch', en: '{view} · Castwatch', vi: '{view} · Castwatch' },
});
