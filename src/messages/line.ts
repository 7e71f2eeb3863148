import { defineMessages } from './define.ts';

/** The line view: what the operator sees all day. */
export const line = defineMessages('line', {
  'line.title': { ko: '라인', en: 'Line', vi: 'Chuyền' },
  'line.ok': { ko: '양품', en: 'GOOD', vi: 'ĐẠT' },
  'line.ng': { ko: '불량 의심', en: 'SUSPECT', vi: 'NGHI LỖI' },
  'line.hold': { ko: '보류', en: 'HOLD', vi: 'CHỜ' },
  'line.waiting': { ko: '대기', en: 'WAITING', vi: 'ĐANG CHỜ' },
  'line.stale': {
    ko: '{seconds}초째 새 샷 없음',
    en: 'no new shot for {seconds} s',
    vi: '{seconds} giây chưa có shot mới',
  },
  'line.noShotYet': { ko: '첫 샷을 기다리는 중', en: 'Waiting for the first shot', vi: 'Đang chờ shot đầu tiên' },
  'line.lastVerdict': {
    ko: '마지막 판정: {verdict} ({time})',
    en: 'Last verdict: {verdict} ({time})',
    vi: 'Kết quả cuối: {verdict} ({time})',
  },
  'line.product': { ko: '제품 {product}', en: 'Product {product}', vi: 'Sản phẩm {product}' },
  'line.shot': { ko: '샷 {shot}', en: 'Shot {shot}', vi: 'Shot {shot}' },
  'line.age': { ko: '{seconds}초 전', en: '{seconds} s ago', vi: '{seconds} giây trước' },
  'line.probability': { ko: '불량 확률', en: 'Defect probability', vi: 'Xác suất lỗi' },
  'line.threshold': { ko: '기준 {value}', en: 'Threshold {value}', vi: 'Ngưỡng {value}' },
  'line.probabilityAgainst': {
    ko: '불량 확률 {probability}, 기준 {threshold}',
    en: 'Defect probability {probability}, threshold {threshold}',
    vi: 'Xác suất lỗi {probability}, ngưỡng {threshold}',
  },
  'line.extrapolated': {
    ko: '학습 범위 밖이라 확률을 믿을 수 없음',
    en: 'Outside what was learned: no probability to rely on',
    vi: 'Ngoài phạm vi đã học: không có xác suất đáng tin',
  },
  'line.holdAction': {
    ko: '이 샷은 직접 확인하세요.',
    en: 'Check this part by hand.',
    vi: 'Hãy tự kiểm tra sản phẩm này.',
  },
  'line.repeat': {
    ko: '앞 샷과 같은 값이 다시 들어옴: 세지 않음',
    en: 'Same values as the shot before: not counted',
    vi: 'Giá trị trùng shot trước: không tính',
  },

  'line.confidence.title': { ko: '확신이란?', en: 'What confidence means', vi: 'Độ chắc chắn là gì?' },
  'line.confidence.high': {
    ko: '높음: 과거 샷 기준으로, 90 % 신뢰 수준에서 한쪽 판정만 가능합니다.',
    en: 'High: going by past shots, only one verdict is possible at the 90 % level.',
    vi: 'Cao: theo các shot trước đây, ở mức 90 % chỉ có một kết quả có thể.',
  },
  'line.confidence.medium': {
    ko: '보통: 90 %에서는 두 판정 모두 가능하고, 80 %에서는 한쪽만 가능합니다.',
    en: 'Medium: at the 90 % level both verdicts are possible, at 80 % only one.',
    vi: 'Vừa: ở mức 90 % cả hai kết quả đều có thể, ở mức 80 % chỉ còn một.',
  },
  'line.confidence.low': {
    ko: '낮음: 80 %에서도 두 판정 모두 가능하거나 근거가 부족합니다. 직접 확인하세요.',
    en: 'Low: even at the 80 % level both verdicts are possible, or neither is supported. Check by hand.',
    vi: 'Thấp: ngay ở mức 80 % cả hai kết quả đều có thể, hoặc không đủ căn cứ. Hãy tự kiểm tra.',
  },
  'line.confidence.now': { ko: '이 샷', en: 'This shot', vi: 'Shot này' },
  'line.confidence.coverage': {
    ko: '검증에서 실제 판정이 포함된 비율: {level} 수준에서 양품 {normal}, 불량 {defect}',
    en: 'How often the truth was covered in validation, at the {level} level: good {normal}, defective {defect}',
    vi: 'Tỷ lệ bao đúng kết quả thật khi kiểm định, ở mức {level}: đạt {normal}, lỗi {defect}',
  },

  'line.furthest.title': {
    ko: '평소와 가장 다른 신호',
    en: 'Signals furthest from usual',
    vi: 'Tín hiệu lệch nhiều nhất',
  },
  'line.furthest.usual': { ko: '보통 {low}–{high}', en: 'usual {low}–{high}', vi: 'thường {low}–{high}' },
  'line.furthest.low': { ko: '낮음', en: 'low', vi: 'thấp' },
  'line.furthest.high': { ko: '높음', en: 'high', vi: 'cao' },
  'line.furthest.inside': { ko: '보통 범위 안', en: 'in the usual range', vi: 'trong mức thường' },
  'line.furthest.missing': { ko: '값 없음', en: 'no value', vi: 'không có giá trị' },
  'line.furthest.note': {
    ko: '다르다고 곧 불량은 아닙니다.',
    en: 'Unusual is not the same as defective.',
    vi: 'Khác thường chưa chắc là lỗi.',
  },
  'line.furthest.noProduct': {
    ko: '이 제품의 보통 범위를 모릅니다.',
    en: 'The usual ranges of this product are not known.',
    vi: 'Chưa biết mức thường của sản phẩm này.',
  },

  'line.strip.title': { ko: '최근 {count}샷', en: 'Last {count} shots', vi: '{count} shot gần nhất' },
  'line.strip.hint': {
    ko: '샷을 누르면 자세히 봅니다. 화살표 키로 옮기고 Enter로 엽니다.',
    en: 'Touch a shot to open it. Arrow keys move, Enter opens.',
    vi: 'Chạm để mở shot. Phím mũi tên để chọn, Enter để mở.',
  },
  'line.strip.item': {
    ko: '샷 {shot}, {verdict}, {probability}, {time}',
    en: 'Shot {shot}, {verdict}, {probability}, {time}',
    vi: 'Shot {shot}, {verdict}, {probability}, {time}',
  },
  'line.counts.title': { ko: '이번 런', en: 'This run', vi: 'Lượt chạy này' },
  'line.counts.shots': { ko: '샷', en: 'Shots', vi: 'Shot' },
  'line.counts.ng': { ko: '불량 의심', en: 'Suspect', vi: 'Nghi lỗi' },
  'line.counts.hold': { ko: '보류', en: 'Hold', vi: 'Chờ' },
  'line.counts.repeats': { ko: '중복', en: 'Repeats', vi: 'Trùng' },
  'line.counts.since': { ko: '{time}부터', en: 'since {time}', vi: 'từ {time}' },

  'line.empty.title': { ko: '시작하기', en: 'Getting started', vi: 'Bắt đầu' },
  'line.empty.lead': {
    ko: '샷 하나마다 양품인지 불량이 의심되는지 알려 줍니다. 계산은 모두 이 기기 안에서 합니다.',
    en: 'Tells you shot by shot whether the part is likely good. Everything is computed on this device.',
    vi: 'Báo cho bạn từng shot là đạt hay nghi lỗi. Mọi tính toán đều nằm trên thiết bị này.',
  },
  'line.empty.demo': { ko: '데모 라인 시작', en: 'Start the demo line', vi: 'Chạy chuyền demo' },
  'line.empty.demoHint': {
    ko: '가상 샷이 들어오고 판정이 나옵니다.',
    en: 'Made-up shots arrive and are judged.',
    vi: 'Shot giả lập chạy vào và được đánh giá.',
  },
  'line.empty.form': { ko: '샷 하나 입력', en: 'Type in a shot', vi: 'Nhập một shot' },
  'line.empty.formHint': {
    ko: '30개 값을 넣고 판정을 봅니다.',
    en: 'Enter the 30 values and see the verdict.',
    vi: 'Nhập 30 giá trị và xem kết quả.',
  },
  'line.empty.batch': { ko: 'CSV 파일 판정', en: 'Score a CSV file', vi: 'Đánh giá tệp CSV' },
  'line.empty.batchHint': {
    ko: '기록된 샷을 한꺼번에 판정합니다.',
    en: 'Judge recorded shots all at once.',
    vi: 'Đánh giá hàng loạt shot đã ghi.',
  },

  'line.demo.open': { ko: '데모 라인', en: 'Demo line', vi: 'Chuyền demo' },
  'line.demo.start': { ko: '시작', en: 'Start', vi: 'Chạy' },
  'line.demo.stop': { ko: '데모 정지', en: 'Stop demo', vi: 'Dừng demo' },
  'line.demo.running': { ko: '데모 라인 작동 중', en: 'Demo line running', vi: 'Chuyền demo đang chạy' },
  'line.demo.stopped': { ko: '데모 라인 정지', en: 'Demo line stopped', vi: 'Chuyền demo đã dừng' },
  'line.demo.product': { ko: '제품', en: 'Product', vi: 'Sản phẩm' },
  'line.demo.speed': { ko: '속도', en: 'Speed', vi: 'Tốc độ' },
  'line.demo.perSecond': { ko: '초당 {speed}샷', en: '{speed} shots/s', vi: '{speed} shot/giây' },
  'line.demo.faults': { ko: '문제 만들기', en: 'Make a fault', vi: 'Tạo sự cố' },
  'line.demo.drift': { ko: '서서히 변함', en: 'Drift', vi: 'Trôi dần' },
  'line.demo.driftHint': {
    ko: '신호 하나가 천천히 평소 범위를 벗어납니다.',
    en: 'One signal slowly leaves its usual range.',
    vi: 'Một tín hiệu từ từ ra khỏi mức thường.',
  },
  'line.demo.abort': { ko: '샷 한 번 중단', en: 'Abort one shot', vi: 'Hủy một shot' },
  'line.demo.abortHint': {
    ko: '다음 샷의 고속 속도가 0이 됩니다.',
    en: 'The next shot has a fast speed of 0.',
    vi: 'Shot tiếp theo có tốc độ nhanh bằng 0.',
  },
  'line.demo.sensor': { ko: '센서 끊김', en: 'Lose a sensor', vi: 'Mất cảm biến' },
  'line.demo.sensorHint': {
    ko: '신호 하나의 값이 들어오지 않습니다.',
    en: 'One signal delivers no value.',
    vi: 'Một tín hiệu không có giá trị.',
  },
  'line.demo.signal': { ko: '신호', en: 'Signal', vi: 'Tín hiệu' },
  'line.demo.noneFault': { ko: '없음', en: 'none', vi: 'không' },
});
