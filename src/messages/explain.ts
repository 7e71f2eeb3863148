import { defineMessages } from './define.ts';

/** Why a shot was judged so, what to check, and what if. */
export const explain = defineMessages('explain', {
  'explain.why': { ko: '왜', en: 'Why', vi: 'Vì sao' },
  'explain.pending': { ko: '이유를 계산하는 중', en: 'Working out the reasons', vi: 'Đang tính lý do' },
  'explain.reason': {
    ko: '{name} {standing} ({value}, 평소 {low}–{high}) → 불량 확률 {points}',
    en: '{name} {standing} ({value}, usual {low}–{high}) → defect probability {points}',
    vi: '{name} {standing} ({value}, thường {low}–{high}) → xác suất lỗi {points}',
  },
  'explain.usual': { ko: '평소 {low}–{high}', en: 'usual {low}–{high}', vi: 'thường {low}–{high}' },
  'explain.points': { ko: '{points} %p', en: '{points} %p', vi: '{points} đ%' },
  'explain.noTop': {
    ko: '뚜렷하게 영향을 준 신호가 없습니다. 여러 신호가 조금씩 작용했습니다.',
    en: 'No signal stands out: many added a little each.',
    vi: 'Không tín hiệu nào nổi bật: nhiều tín hiệu cùng tác động một ít.',
  },

  // Where a value stands among the product's shots, by what it measures.
  'explain.standing.middle': { ko: '중간', en: 'in the middle', vi: 'ở giữa' },
  'explain.standing.amount.low': { ko: '평소보다 낮음', en: 'lower than usual', vi: 'thấp hơn bình thường' },
  'explain.standing.amount.lowish': { ko: '낮은 편', en: 'on the low side', vi: 'hơi thấp' },
  'explain.standing.amount.highish': { ko: '높은 편', en: 'on the high side', vi: 'hơi cao' },
  'explain.standing.amount.high': { ko: '평소보다 높음', en: 'higher than usual', vi: 'cao hơn bình thường' },
  'explain.standing.time.low': { ko: '평소보다 짧음', en: 'shorter than usual', vi: 'ngắn hơn bình thường' },
  'explain.standing.time.lowish': { ko: '짧은 편', en: 'on the short side', vi: 'hơi ngắn' },
  'explain.standing.time.highish': { ko: '긴 편', en: 'on the long side', vi: 'hơi dài' },
  'explain.standing.time.high': { ko: '평소보다 김', en: 'longer than usual', vi: 'dài hơn bình thường' },
  'explain.standing.velocity.low': { ko: '평소보다 느림', en: 'slower than usual', vi: 'chậm hơn bình thường' },
  'explain.standing.velocity.lowish': { ko: '느린 편', en: 'on the slow side', vi: 'hơi chậm' },
  'explain.standing.velocity.highish': { ko: '빠른 편', en: 'on the fast side', vi: 'hơi nhanh' },
  'explain.standing.velocity.high': { ko: '평소보다 빠름', en: 'faster than usual', vi: 'nhanh hơn bình thường' },
  'explain.standing.length.low': { ko: '평소보다 얇음', en: 'thinner than usual', vi: 'mỏng hơn bình thường' },
  'explain.standing.length.lowish': { ko: '얇은 편', en: 'on the thin side', vi: 'hơi mỏng' },
  'explain.standing.length.highish': { ko: '두꺼운 편', en: 'on the thick side', vi: 'hơi dày' },
  'explain.standing.length.high': { ko: '평소보다 두꺼움', en: 'thicker than usual', vi: 'dày hơn bình thường' },
  'explain.standing.count.low': { ko: '런 시작', en: 'start of the run', vi: 'đầu lượt chạy' },
  'explain.standing.count.lowish': { ko: '런 초반', en: 'early in the run', vi: 'đầu lượt chạy' },
  'explain.standing.count.highish': { ko: '런 후반', en: 'late in the run', vi: 'cuối lượt chạy' },
  'explain.standing.count.high': { ko: '아주 긴 런', en: 'a very long run', vi: 'lượt chạy rất dài' },

  // Why there is no explanation.
  'explain.none.title': { ko: '이유를 계산하지 않았습니다', en: 'No reasons were computed', vi: 'Không tính lý do' },
  'explain.none.no_models': {
    ko: '이 모델에는 설명에 필요한 파일이 없습니다.',
    en: 'This model comes without the files that explanations need.',
    vi: 'Mô hình này không có tệp cần cho giải thích.',
  },
  'explain.none.no_background': {
    ko: '이 모델에는 이 제품과 비교할 기준 샷이 없습니다.',
    en: 'This model has no reference shots of this product to compare with.',
    vi: 'Mô hình này không có shot chuẩn của sản phẩm này để so sánh.',
  },
  'explain.none.unknown_product': {
    ko: '모르는 제품이라 비교할 기준이 없습니다.',
    en: 'The product is unknown: there is nothing to compare with.',
    vi: 'Sản phẩm chưa biết: không có gì để so sánh.',
  },
  'explain.none.incomplete': {
    ko: '값이 빠졌거나 숫자가 아닌 신호가 있습니다. 없는 값을 지어내지 않습니다.',
    en: 'A value is missing or is no number. None is made up in its place.',
    vi: 'Có giá trị bị thiếu hoặc không phải số. Không tự đặt giá trị thay thế.',
  },
  'explain.none.unavailable': {
    ko: '판정이 계산되지 않아 설명할 것이 없습니다.',
    en: 'No verdict was computed, so there is nothing to explain.',
    vi: 'Chưa có kết quả tính nên không có gì để giải thích.',
  },
  'explain.none.other_bundle': {
    ko: '다른 모델이 판정한 샷입니다. 지금 모델의 이유가 아니므로 보이지 않습니다.',
    en: 'Another model judged this shot. The reasons of the model now in use would not be its reasons.',
    vi: 'Mô hình khác đã đánh giá shot này. Lý do của mô hình hiện tại không phải là lý do của nó.',
  },
  'explain.none.disagrees': {
    ko: '설명용 계산과 판정 계산이 서로 달라 보이지 않습니다. 담당자에게 알리세요.',
    en: 'The computation behind the reasons does not agree with the verdict, so they are not shown. Tell the engineer.',
    vi: 'Phép tính lý do không khớp với kết quả nên không hiển thị. Hãy báo kỹ sư.',
  },
  'explain.failed': { ko: '이유를 계산하지 못했습니다', en: 'The reasons could not be computed', vi: 'Không tính được lý do' },
  'explain.extrapolates': {
    ko: '배운 샷과 많이 다른 샷입니다. 이유는 짐작으로만 보세요.',
    en: 'This shot is unlike those learned from. Take the reasons as a guess.',
    vi: 'Shot này khác nhiều so với dữ liệu đã học. Chỉ xem lý do như phỏng đoán.',
  },

  // What to check, what to change.
  'explain.check': { ko: '확인할 것', en: 'What to check', vi: 'Cần kiểm tra' },
  'explain.change': {
    ko: '{name} {from} → {to}',
    en: '{name} {from} → {to}',
    vi: '{name} {from} → {to}',
  },
  'explain.leadsTo': { ko: '불량 확률 {probability}', en: 'defect probability {probability}', vi: 'xác suất lỗi {probability}' },
  'explain.risk': { ko: '주의: {defects}', en: 'mind: {defects}', vi: 'chú ý: {defects}' },
  'explain.support': { ko: '비슷한 샷 {similar}/{of}', en: 'similar shots {similar} of {of}', vi: 'shot tương tự {similar}/{of}' },
  'explain.supportMeaning': {
    ko: '바꿀 신호가 제안한 값 근처였던 샷의 수: 이 제품의 기준 샷과 최근 샷 가운데',
    en: 'Shots whose changed signals stood near the proposed values, among the product’s reference shots and the latest ones',
    vi: 'Số shot có tín hiệu gần giá trị đề xuất, trong các shot chuẩn và shot gần đây của sản phẩm',
  },
  'explain.notEnough': { ko: '기준 아래로는 내려가지 않음', en: 'stays above the threshold', vi: 'vẫn trên ngưỡng' },
  'explain.operator': { ko: '작업자가 바꿀 수 있는 것', en: 'What an operator may change', vi: 'Người vận hành có thể chỉnh' },
  'explain.engineer': { ko: '엔지니어가 바꿀 수 있는 것', en: 'What an engineer may change', vi: 'Kỹ sư có thể chỉnh' },
  'explain.nothing': {
    ko: '바꿀 수 있는 것 가운데 도움이 되는 것을 찾지 못했습니다.',
    en: 'Nothing that may be changed would help.',
    vi: 'Không có thay đổi nào được phép mà có ích.',
  },
  'explain.nothingKnown': {
    ko: '아는 샷과 너무 달라 바꿀 것을 제안하지 않습니다.',
    en: 'Too unlike known shots to suggest a change.',
    vi: 'Quá khác các shot đã biết nên không đề xuất thay đổi.',
  },
  'explain.nothingNeeded': {
    ko: '기준 아래라 바꿀 것이 없습니다.',
    en: 'Below the threshold: nothing needs changing.',
    vi: 'Dưới ngưỡng: không cần thay đổi.',
  },
  'explain.candidates': {
    ko: '후보 {count}개 계산, {refused}개는 아는 범위 밖이라 제외',
    en: '{count} candidates computed, {refused} left out as beyond what is known',
    vi: 'Đã tính {count} phương án, loại {refused} phương án ngoài phạm vi đã biết',
  },
  'explain.modelSays': {
    ko: '모델의 계산이며 원인의 증명은 아닙니다. 한 번에 하나씩 바꾸고 결과를 확인하세요.',
    en: 'This is what the model computes, not proof of a cause. Change one thing at a time and look at the result.',
    vi: 'Đây là tính toán của mô hình, không phải bằng chứng nguyên nhân. Thay từng thứ một và xem kết quả.',
  },
  'explain.tryIt': { ko: '해 보기', en: 'Try it', vi: 'Thử' },

  'explain.causes': { ko: '흔한 원인', en: 'Likely causes', vi: 'Nguyên nhân thường gặp' },
  'explain.general': { ko: '일반 지식', en: 'general knowledge', vi: 'kiến thức chung' },
  'explain.generalMeaning': {
    ko: '이 제품에 흔한 불량의 일반적인 원인입니다. 모델의 판단이 아닙니다.',
    en: 'General causes of defects usual in this product. Not the model’s finding.',
    vi: 'Nguyên nhân chung của các lỗi thường gặp ở sản phẩm này. Không phải kết luận của mô hình.',
  },
  'explain.dieTemperature': {
    ko: '가장 흔한 원인인 금형 온도는 기록되지 않습니다. 직접 확인하세요.',
    en: 'The die temperature, the most common cause, is not recorded. Check it yourself.',
    vi: 'Nhiệt độ khuôn, nguyên nhân phổ biến nhất, không được ghi lại. Hãy tự kiểm tra.',
  },
  'explain.dieTemperatureShort': {
    ko: '금형 온도는 기록되지 않음',
    en: 'the die temperature is not recorded',
    vi: 'nhiệt độ khuôn không được ghi',
  },
  'explain.cause': {
    ko: '{defect} (이 제품의 {share}): {signals}',
    en: '{defect} ({share} of this product): {signals}',
    vi: '{defect} ({share} của sản phẩm này): {signals}',
  },
  'explain.unconfirmed': { ko: '확인되지 않음', en: 'not confirmed', vi: 'chưa xác nhận' },
  'explain.noCauses': {
    ko: '이 샷의 신호와 맞는 흔한 원인이 없습니다.',
    en: 'No common cause fits the signals of this shot.',
    vi: 'Không có nguyên nhân thường gặp nào khớp với tín hiệu của shot này.',
  },

  // The shot view: every signal's share.
  'explain.all.title': { ko: '신호별 영향', en: 'What each signal did', vi: 'Ảnh hưởng của từng tín hiệu' },
  'explain.all.chart': {
    ko: '보통 샷의 평균 {base}에서 이 샷의 {value}까지: {steps}',
    en: 'From {base}, the mean of ordinary shots, to {value} of this shot: {steps}',
    vi: 'Từ {base}, trung bình của các shot thường, đến {value} của shot này: {steps}',
  },
  'explain.all.base': { ko: '보통 샷의 평균', en: 'mean of ordinary shots', vi: 'trung bình shot thường' },
  'explain.all.value': { ko: '이 샷', en: 'this shot', vi: 'shot này' },
  'explain.all.rest': { ko: '나머지 {count}개', en: 'the other {count}', vi: '{count} tín hiệu còn lại' },
  'explain.all.table': { ko: '모든 신호', en: 'All signals', vi: 'Tất cả tín hiệu' },
  'explain.all.effect': { ko: '영향 (%p)', en: 'Effect (%p)', vi: 'Ảnh hưởng (đ%)' },
  'explain.all.error': { ko: '± 오차', en: '± error', vi: '± sai số' },
  'explain.all.standing': { ko: '위치', en: 'Standing', vi: 'Vị trí' },
  'explain.all.usual': { ko: '평소', en: 'Usual', vi: 'Thường' },
  'explain.all.equipment': { ko: '설비', en: 'Equipment', vi: 'Thiết bị' },
  'explain.all.together': { ko: '{names} 포함', en: 'with {names}', vi: 'gồm {names}' },
  'explain.all.constants': { ko: '고정값 {count}개', en: '{count} constants', vi: '{count} hằng số' },
  'explain.all.meaning': {
    ko: '각 신호가 불량 확률을 보통 샷의 평균에서 얼마나 움직였는지입니다 (섀플리 값, %p). 모두 더하면 이 샷의 확률이 됩니다. 오차는 두 배까지 볼 것.',
    en: 'How far each signal moved the defect probability from the mean of ordinary shots (Shapley values, %p). Together they give this shot’s probability. Allow twice the error.',
    vi: 'Mỗi tín hiệu làm xác suất lỗi lệch bao nhiêu so với trung bình shot thường (giá trị Shapley, đ%). Cộng lại bằng xác suất của shot này. Hãy tính gấp đôi sai số.',
  },

  // What if.
  'explain.whatIf.title': { ko: '바꿔 보면', en: 'What if', vi: 'Thử thay đổi' },
  'explain.whatIf.lead': {
    ko: '신호를 움직이면 확률이 바로 따라옵니다. 기록되지 않습니다.',
    en: 'Move a signal and the probability follows. Nothing is recorded.',
    vi: 'Kéo một tín hiệu, xác suất thay đổi ngay. Không ghi lại gì.',
  },
  'explain.whatIf.shot': { ko: '이 샷', en: 'This shot', vi: 'Shot này' },
  'explain.whatIf.trial': { ko: '바꾼 값', en: 'Changed', vi: 'Đã thay đổi' },
  'explain.whatIf.kept': { ko: '보관한 값', en: 'Put aside', vi: 'Đã giữ lại' },
  'explain.whatIf.keep': { ko: '비교용으로 보관', en: 'Keep to compare', vi: 'Giữ để so sánh' },
  'explain.whatIf.drop': { ko: '보관 취소', en: 'Stop comparing', vi: 'Bỏ so sánh' },
  'explain.whatIf.reset': { ko: '처음 값으로', en: 'Back to the shot', vi: 'Về shot ban đầu' },
  'explain.whatIf.changes': { ko: '바꾼 신호', en: 'Changes', vi: 'Thay đổi' },
  'explain.whatIf.places': {
    ko: '이 샷 {shot}, 양품 대표값 {golden}',
    en: 'this shot {shot}, typical good shot {golden}',
    vi: 'shot này {shot}, shot tốt tiêu biểu {golden}',
  },
  'explain.whatIf.marks': {
    ko: '│ 이 샷 · ◇ 양품 대표값',
    en: '│ this shot · ◇ typical good shot',
    vi: '│ shot này · ◇ shot tốt tiêu biểu',
  },
  'explain.whatIf.follows': { ko: '{name}도 함께 {value}', en: '{name} goes along: {value}', vi: '{name} theo cùng: {value}' },
  'explain.whatIf.none': {
    ko: '이 제품에서 바꿀 수 있는 신호가 없습니다.',
    en: 'No signal of this product may be changed.',
    vi: 'Sản phẩm này không có tín hiệu nào được phép thay đổi.',
  },

  // How unusual.
  'explain.unusual.t2': {
    ko: 'T²를 가장 키운 신호: {signals}',
    en: 'What raised T² most: {signals}',
    vi: 'Tín hiệu làm tăng T² nhiều nhất: {signals}',
  },

  // The expert fold.
  'explain.trees.title': { ko: '트리 입력별 로그 오즈', en: 'Log-odds by what the trees see', vi: 'Log-odds theo đầu vào của cây' },
  'explain.trees.meaning': {
    ko: '정확한 TreeSHAP (보정 전 로그 오즈): 평균 {base}에서 {value}까지. 위의 %p와 섞어 보지 마세요.',
    en: 'Exact TreeSHAP (log-odds before calibration), from the mean {base} to {value}. Not to be mixed with the %p above.',
    vi: 'TreeSHAP chính xác (log-odds trước hiệu chỉnh), từ trung bình {base} đến {value}. Đừng trộn với đ% ở trên.',
  },
  'explain.trees.input': { ko: '입력', en: 'Input', vi: 'Đầu vào' },
  'explain.trees.effect': { ko: '로그 오즈', en: 'Log-odds', vi: 'Log-odds' },
  'explain.trees.latent': { ko: '잠재 변수 {number}', en: 'Latent {number}', vi: 'Biến ẩn {number}' },

  // The model view.
  'explain.survey.title': { ko: '무엇이 판정을 움직이나', en: 'What moves the verdicts', vi: 'Điều gì chi phối kết quả' },
  'explain.survey.lead': {
    ko: '불러온 파일의 샷에서 각 신호가 불량 확률을 평균 얼마나 움직였는지 이 기기에서 계산합니다.',
    en: 'Computes on this device how far each signal moved the defect probability on average, over the shots of the loaded file.',
    vi: 'Tính ngay trên thiết bị mức trung bình mỗi tín hiệu làm thay đổi xác suất lỗi, trên các shot của tệp đã mở.',
  },
  'explain.survey.noBatch': {
    ko: '먼저 파일 화면에서 CSV 파일을 불러오세요.',
    en: 'Load a CSV file in the file view first.',
    vi: 'Trước hết hãy mở tệp CSV ở màn hình Tệp.',
  },
  'explain.survey.noShots': {
    ko: '이 제품의 샷 가운데 설명할 수 있는 것이 없습니다.',
    en: 'No shot of this product can be explained.',
    vi: 'Không có shot nào của sản phẩm này giải thích được.',
  },
  'explain.survey.product': { ko: '제품', en: 'Product', vi: 'Sản phẩm' },
  'explain.survey.start': { ko: '계산하기', en: 'Compute', vi: 'Tính' },
  'explain.survey.again': { ko: '다시 계산', en: 'Compute again', vi: 'Tính lại' },
  'explain.survey.progress': { ko: '{total}샷 가운데 {done}샷', en: '{done} of {total} shots', vi: '{done} trên {total} shot' },
  'explain.survey.sample': {
    ko: '{all}샷 가운데 고르게 뽑은 {shots}샷. 막대는 평균 |영향|, 선은 95 % 구간.',
    en: '{shots} shots taken evenly from {all}. Bars: mean |effect|; lines: 95 % interval.',
    vi: '{shots} shot lấy đều từ {all}. Cột: |ảnh hưởng| trung bình; vạch: khoảng 95 %.',
  },
  'explain.survey.chart': {
    ko: '평균 영향이 큰 신호: {signals}',
    en: 'Signals with the largest mean effect: {signals}',
    vi: 'Tín hiệu có ảnh hưởng trung bình lớn nhất: {signals}',
  },
  'explain.survey.mean': { ko: '평균 |영향| (%p)', en: 'Mean |effect| (%p)', vi: '|Ảnh hưởng| trung bình (đ%)' },
  'explain.survey.interval': { ko: '95 % 구간', en: '95 % interval', vi: 'Khoảng 95 %' },
  'explain.survey.dependence': { ko: '값에 따른 영향', en: 'Effect against value', vi: 'Ảnh hưởng theo giá trị' },
  'explain.survey.signal': { ko: '신호', en: 'Signal', vi: 'Tín hiệu' },
  'explain.survey.dependenceChart': {
    ko: '{name}: {shots}샷의 값과 영향',
    en: '{name}: value and effect of {shots} shots',
    vi: '{name}: giá trị và ảnh hưởng của {shots} shot',
  },
  'explain.survey.unlike': {
    ko: '모델이 배운 것이며 원인의 증명은 아닙니다.',
    en: 'What the model learned, not proof of a cause.',
    vi: 'Điều mô hình đã học, không phải bằng chứng nguyên nhân.',
  },
});
