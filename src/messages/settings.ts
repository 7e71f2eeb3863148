import { defineMessages } from './define.ts';

/** The settings view. */
export const settings = defineMessages('settings', {
  'settings.title': { ko: '설정', en: 'Settings', vi: 'Cài đặt' },
  'settings.display': { ko: '화면', en: 'Display', vi: 'Hiển thị' },
  'settings.language': { ko: '언어', en: 'Language', vi: 'Ngôn ngữ' },
  'settings.theme': { ko: '밝기', en: 'Theme', vi: 'Giao diện' },
  'settings.theme.day': { ko: '낮', en: 'Day', vi: 'Ngày' },
  'settings.theme.night': { ko: '밤', en: 'Night', vi: 'Đêm' },
  'settings.theme.auto': { ko: '기기 설정', en: 'As the device', vi: 'Theo thiết bị' },
  'settings.andon': { ko: '양품을 녹색으로 표시', en: 'Show good parts in green', vi: 'Hiện hàng đạt màu xanh' },
  'settings.andonHint': {
    ko: '끄면 이상이 있을 때만 색을 씁니다.',
    en: 'Off: colour only for what is abnormal.',
    vi: 'Tắt: chỉ dùng màu khi có bất thường.',
  },
  'settings.units': { ko: '단위', en: 'Units', vi: 'Đơn vị' },
  'settings.pressure': { ko: '압력', en: 'Pressure', vi: 'Áp suất' },
  'settings.force': { ko: '힘', en: 'Force', vi: 'Lực' },
  'settings.policy': { ko: '판정 기준', en: 'Threshold', vi: 'Ngưỡng đánh giá' },
  'settings.policy.lead': {
    ko: '불량 확률이 기준 이상이면 불량 의심입니다. 기준을 정하는 방법을 고르세요.',
    en: 'A shot is suspect when its defect probability reaches the threshold. Choose how the threshold is set.',
    vi: 'Shot bị nghi lỗi khi xác suất lỗi đạt ngưỡng. Chọn cách đặt ngưỡng.',
  },
  'settings.policy.kind': { ko: '정하는 방법', en: 'Set by', vi: 'Đặt theo' },
  'settings.policy.budget': { ko: '검사 여력', en: 'Inspection budget', vi: 'Khả năng kiểm tra' },
  'settings.policy.cost': { ko: '비용 비율', en: 'Cost ratio', vi: 'Tỷ lệ chi phí' },
  'settings.policy.fixed': { ko: '고정 확률', en: 'Fixed probability', vi: 'Xác suất cố định' },
  'settings.policy.budgetValue': {
    ko: '검사할 수 있는 샷의 비율',
    en: 'Share of shots that can be inspected',
    vi: 'Tỷ lệ shot có thể kiểm tra',
  },
  'settings.policy.costValue': {
    ko: '놓친 불량 하나 = 헛검사 몇 번?',
    en: 'One missed defect costs as much as how many false alarms?',
    vi: 'Một lỗi bỏ sót bằng bao nhiêu lần báo nhầm?',
  },
  'settings.policy.fixedValue': {
    ko: '불량 의심으로 볼 확률',
    en: 'Probability that counts as suspect',
    vi: 'Xác suất coi là nghi lỗi',
  },
  'settings.policy.times': { ko: '번', en: 'times', vi: 'lần' },
  'settings.policy.outside': {
    ko: '{low}에서 {high} 사이여야 합니다.',
    en: 'Must be between {low} and {high}.',
    vi: 'Phải từ {low} đến {high}.',
  },
  'settings.policy.threshold': { ko: '기준', en: 'Threshold', vi: 'Ngưỡng' },
  'settings.policy.precision': { ko: '정밀도', en: 'Precision', vi: 'Độ chính xác' },
  'settings.policy.precisionMeaning': {
    ko: '불량 의심 중 실제 불량',
    en: 'of the suspects, really defective',
    vi: 'lỗi thật trong số nghi lỗi',
  },
  'settings.policy.recall': { ko: '재현율', en: 'Recall', vi: 'Độ phủ' },
  'settings.policy.recallMeaning': {
    ko: '실제 불량 중 찾아낸 것',
    en: 'of the defects, found',
    vi: 'lỗi tìm ra trong số lỗi thật',
  },
  'settings.policy.flagged': { ko: '의심 비율', en: 'Flagged', vi: 'Tỷ lệ nghi lỗi' },
  'settings.policy.flaggedMeaning': { ko: '전체 샷 중', en: 'of all shots', vi: 'trong tất cả shot' },
  'settings.policy.expected': {
    ko: '예상 성적: 학습에 없던 샷 {samples}건(불량 {defects}건)으로 확인.',
    en: 'Expected: measured on {samples} shots kept out of training ({defects} defective).',
    vi: 'Dự kiến: đo trên {samples} shot không dùng để học ({defects} lỗi).',
  },
  'settings.policy.newRun': {
    ko: '처음 보는 런에서는 이보다 낮을 수 있습니다.',
    en: 'In a run the model has never seen it can be lower.',
    vi: 'Với lượt chạy mô hình chưa từng thấy, kết quả có thể thấp hơn.',
  },
  'settings.policy.accuracy': { ko: '모델이 얼마나 맞는지 보기', en: 'See how accurate the model is', vi: 'Xem mô hình chính xác đến đâu' },
  'settings.stored': {
    ko: '설정은 이 기기에 저장됩니다.',
    en: 'Settings are kept on this device.',
    vi: 'Cài đặt được lưu trên thiết bị này.',
  },
  'settings.reset': { ko: '처음 설정으로', en: 'Restore defaults', vi: 'Về mặc định' },
  'settings.discarded': {
    ko: '저장된 설정이 손상되어 처음 설정을 씁니다.',
    en: 'The stored settings were damaged: the defaults are used.',
    vi: 'Cài đặt đã lưu bị hỏng: dùng mặc định.',
  },
  'settings.notSaved': {
    ko: '설정을 저장하지 못했습니다. 이 화면에서만 적용됩니다.',
    en: 'Settings could not be saved. They apply until the page is closed.',
    vi: 'Không lưu được cài đặt. Chỉ có hiệu lực đến khi đóng trang.',
  },
});
