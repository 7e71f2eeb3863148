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
  'load.view': { ko: '화면을 여는 중', en: 'Opening the screen', vi: 'Đang mở màn hình' },
  'load.viewFailed': { ko: '이 화면을 받지 못했습니다', en: 'This screen could not be fetched', vi: 'Không tải được màn hình này' },
  'load.viewFailed.todo': {
    ko: '네트워크를 확인하고 다시 시도하세요. 라인 화면의 판정은 계속됩니다.',
    en: 'Check the network and try again. The line keeps being judged meanwhile.',
    vi: 'Hãy kiểm tra mạng rồi thử lại. Dây chuyền vẫn tiếp tục được phán định.',
  },
  'load.viewFailedAgain': {
    ko: '여전히 받지 못합니다. 네트워크가 돌아온 뒤 앱을 다시 여세요.',
    en: 'It still cannot be fetched. Open the app anew once the network is back.',
    vi: 'Vẫn không tải được. Hãy mở lại ứng dụng khi có mạng.',
  },
  'load.reload': { ko: '앱 다시 열기', en: 'Open the app anew', vi: 'Mở lại ứng dụng' },
});
