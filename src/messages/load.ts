import { defineMessages } from './define.ts';

/** The first screen: the model is fetched, checked and tried. */
export const load = defineMessages('load', {
  'load.title': { ko: '모델 준비 중', en: 'Preparing the model', vi: 'Đang chuẩn bị mô hình' },
  'load.manifest': { ko: '모델 목록 확인', en: 'Looking up the models', vi: 'Xem danh sách mô hình' },
  'load.download': { ko: '모델 받는 중', en: 'Downloading the model', vi: 'Đang tải mô hình' },
  'load.selfTest': { ko: '자체 시험 중', en: 'Running the self-test', vi: 'Đang tự kiểm tra' },
  'load.bytes': { ko: '{total} 중 {loaded}', en: '{loaded} of {total}', vi: '{loaded} trên {total}' },
  'load.failed': { ko: '모델을 쓸 수 없습니다', en: 'The model cannot be used', vi: 'Không dùng được mô hình' },
  'load.whatToDo': { ko: '이렇게 하세요', en: 'What to do', vi: 'Cần làm gì' },
  'load.diagnostics': { ko: '진단 보기', en: 'Show diagnostics', vi: 'Xem chẩn đoán' },
});
