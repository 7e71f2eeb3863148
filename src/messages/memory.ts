import { defineMessages } from './define.ts';

/** The line memory: the run's defect rate, its alarms, and who has been right. */
export const memory = defineMessages('memory', {
  'memory.rate': {
    ko: '런 불량률 추정 {rate}, 검사 {labels}건',
    en: 'Run rate {rate}, {labels} inspected',
    vi: 'Tỷ lệ lỗi của lượt {rate}, đã kiểm {labels}',
  },
  'memory.none': {
    ko: '이 런에서 검사 없음. 지난 런들: {low}–{high} %',
    en: 'No inspections yet; past runs {low}–{high} %',
    vi: 'Chưa có kiểm tra; các lượt trước {low}–{high} %',
  },
  'memory.shown': { ko: '{predictor}, 검사 {labels}건', en: '{predictor}, {labels} inspected', vi: '{predictor}, đã kiểm {labels}' },
  'memory.judged.ng': {
    ko: '판정은 모델: {probability} ≥ 기준 {threshold}',
    en: 'Verdict by the model: {probability} ≥ threshold {threshold}',
    vi: 'Kết luận theo mô hình: {probability} ≥ ngưỡng {threshold}',
  },
  'memory.judged.ok': {
    ko: '판정은 모델: {probability} < 기준 {threshold}',
    en: 'Verdict by the model: {probability} < threshold {threshold}',
    vi: 'Kết luận theo mô hình: {probability} < ngưỡng {threshold}',
  },
  'memory.alarm.rate_high': {
    ko: '이 런의 불량률이 높음: {rate}',
    en: 'This run’s defect rate is high: {rate}',
    vi: 'Tỷ lệ lỗi của lượt này cao: {rate}',
  },
  'memory.alarm.rate_rising': {
    ko: '검사한 부품의 불량이 늘고 있음: {rate}',
    en: 'More of the inspected parts are defective: {rate}',
    vi: 'Lỗi trong các sản phẩm đã kiểm đang tăng: {rate}',
  },
  'memory.alarm.action': {
    ko: '다음 부품 5개를 모두 검사하고, 마지막 양품 이후 바뀐 것(금형, 용탕, 스프레이)을 확인하세요.',
    en: 'Inspect the next 5 parts, and check what has changed since the last good ones: die, melt, spray.',
    vi: 'Kiểm cả 5 sản phẩm tiếp theo và xem điều gì đã đổi từ sản phẩm đạt cuối: khuôn, kim loại lỏng, phun.',
  },
  'memory.alarm.acknowledge': { ko: '확인함', en: 'Acknowledge', vi: 'Đã xem' },
  'memory.standing.unknown': {
    ko: '이 라인에서 미검증: 검사 {labels}건, 30건부터 비교',
    en: 'Unproven here: {labels} inspected, compared from 30',
    vi: 'Chưa kiểm chứng ở đây: đã kiểm {labels}, so sánh từ 30',
  },
  'memory.standing.unproven': {
    ko: '이 라인에서 미검증: 검사 {labels}건에서 런 불량률보다 낫지 않음',
    en: 'Unproven here: no better than the run rate on {labels} inspected parts',
    vi: 'Chưa kiểm chứng ở đây: không hơn tỷ lệ của lượt trên {labels} sản phẩm',
  },
  'memory.standing.behind': {
    ko: '이 라인에서 미검증: 검사 {labels}건에서 런 불량률보다 나쁨',
    en: 'Unproven here: worse than the run rate on {labels} inspected parts',
    vi: 'Chưa kiểm chứng ở đây: kém tỷ lệ của lượt trên {labels} sản phẩm',
  },
  'memory.reasonsFolded': { ko: '모델이 본 이유와 조언', en: 'The model’s reasons and advice', vi: 'Lý do và lời khuyên của mô hình' },
  'memory.right.title': { ko: '누가 맞았나', en: 'Who has been right', vi: 'Ai đã đúng' },
  'memory.right.unknown': {
    ko: '검사 {labels}건: 누가 맞는지 아직 알 수 없습니다 (30건부터).',
    en: '{labels} inspected: who is right can’t be told yet (from 30 on).',
    vi: 'Đã kiểm {labels}: chưa thể nói ai đúng (từ 30 trở đi).',
  },
  'memory.right.behind': {
    ko: '이 라인에서는 런 불량률 추정이 모델보다 정확합니다.',
    en: 'On this line the run rate has been more accurate than the models.',
    vi: 'Trên dây chuyền này, tỷ lệ của lượt chính xác hơn các mô hình.',
  },
  'memory.right.unproven': {
    ko: '이 라인에서 모델은 런 불량률 추정보다 낫다는 것을 아직 보이지 못했습니다.',
    en: 'On this line no model has shown itself better than the run rate yet.',
    vi: 'Trên dây chuyền này, chưa mô hình nào tỏ ra hơn tỷ lệ của lượt.',
  },
  'memory.right.proven': {
    ko: '이 라인에서는 {predictor} 예측이 런 불량률 추정보다 정확합니다.',
    en: 'On this line {predictor} has been more accurate than the run rate.',
    vi: 'Trên dây chuyền này, {predictor} chính xác hơn tỷ lệ của lượt.',
  },
  'memory.right.scope': { ko: '범위', en: 'Of', vi: 'Phạm vi' },
  'memory.right.scope.all': { ko: '이 라인 전체', en: 'All of this line', vi: 'Cả dây chuyền' },
  'memory.right.scope.run': { ko: '이 런', en: 'This run', vi: 'Lượt này' },
  'memory.right.since': { ko: '{time}부터의 검사', en: 'Inspections since {time}', vi: 'Kiểm tra từ {time}' },
  'memory.right.predictor': { ko: '예측', en: 'Predictor', vi: 'Dự báo' },
  'memory.right.labels': { ko: '검사', en: 'Inspected', vi: 'Đã kiểm' },
  'memory.right.logLoss': { ko: '로그 손실 (작을수록 좋음)', en: 'Log-loss (less is better)', vi: 'Log-loss (nhỏ là tốt)' },
  'memory.right.brier': { ko: 'Brier', en: 'Brier', vi: 'Brier' },
  'memory.right.auc': { ko: 'AUC', en: 'AUC', vi: 'AUC' },
  'memory.right.show': { ko: '표시할 예측', en: 'Predictor shown', vi: 'Dự báo hiển thị' },
  'memory.right.cost': {
    ko: '이 선택의 비용: 검사 한 건당 로그 손실 {cost}',
    en: 'What this choice has cost: {cost} log-loss an inspected part',
    vi: 'Giá của lựa chọn này: {cost} log-loss mỗi sản phẩm đã kiểm',
  },
  'memory.predictor.mixture': { ko: '혼합', en: 'Mixture', vi: 'Hỗn hợp' },
  'memory.predictor.run_rate': { ko: '런 불량률', en: 'Run rate', vi: 'Tỷ lệ của lượt' },
  'memory.predictor.run_rate_recent': { ko: '최근 불량률', en: 'Recent rate', vi: 'Tỷ lệ gần đây' },
  'memory.predictor.run_rate_tilt': { ko: '런 불량률 + 신호', en: 'Run rate + signals', vi: 'Tỷ lệ + tín hiệu' },
  'memory.predictor.field': { ko: 'field 모델', en: 'field model', vi: 'mô hình field' },
  'memory.predictor.legacy': { ko: 'legacy 모델', en: 'legacy model', vi: 'mô hình legacy' },
  'memory.predictor.prior': { ko: '지난 런들의 평균 (검사 없이)', en: 'Past runs’ rate (no inspections)', vi: 'Tỷ lệ các lượt trước (không kiểm tra)' },
  'memory.predictor.hindsight': { ko: '그 런의 실제 불량률 (나중에 앎)', en: 'The run’s own rate, known afterwards', vi: 'Tỷ lệ thật của lượt (biết sau)' },
});
