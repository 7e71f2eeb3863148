import { defineMessages } from './define.ts';

/** Verdicts, confidence, and the reasons for a hold. */
export const verdict = defineMessages('verdict', {
  'verdict.ok': { ko: '양품', en: 'GOOD', vi: 'ĐẠT' },
  'verdict.ng': { ko: '불량', en: 'NG', vi: 'LỖI' },
  'verdict.hold': { ko: '보류', en: 'HOLD', vi: 'TẠM GIỮ' },

  'verdict.confidence': { ko: '확신', en: 'Confidence', vi: 'Độ chắc chắn' },
  'verdict.confidence.high': { ko: '높음', en: 'high', vi: 'cao' },
  'verdict.confidence.medium': { ko: '보통', en: 'medium', vi: 'vừa' },
  'verdict.confidence.low': { ko: '낮음', en: 'low', vi: 'thấp' },
  'verdict.confidenceOf': { ko: '확신: {level}', en: 'Confidence: {level}', vi: 'Độ chắc chắn: {level}' },
  'verdict.likeShots': {
    ko: '학습 때 비슷한 샷 100개 중 {count}개 불량',
    en: 'When trained, {count} of 100 such shots were defective',
    vi: 'Lúc huấn luyện, {count} trên 100 shot tương tự bị lỗi',
  },

  'verdict.explain.title': { ko: '확신이란?', en: 'What confidence means', vi: 'Độ chắc chắn là gì?' },
  'verdict.explain.ng.high': {
    ko: '높음: 과거 양품 샷 중 이만큼 의심스러웠던 것은 100개 중 10개 이하입니다.',
    en: 'High: of 100 past good shots, at most 10 looked as suspect as this.',
    vi: 'Cao: trong 100 shot đạt trước đây, nhiều nhất 10 shot đáng ngờ đến mức này.',
  },
  'verdict.explain.ng.medium': {
    ko: '보통: 과거 양품 샷 중 이만큼 의심스러웠던 것은 100개 중 20개 이하입니다.',
    en: 'Medium: of 100 past good shots, at most 20 looked as suspect as this.',
    vi: 'Vừa: trong 100 shot đạt trước đây, nhiều nhất 20 shot đáng ngờ đến mức này.',
  },
  'verdict.explain.ok.high': {
    ko: '높음: 과거 불량 샷 중 이만큼 멀쩡해 보였던 것은 100개 중 10개 이하입니다.',
    en: 'High: of 100 past defective shots, at most 10 looked as harmless as this.',
    vi: 'Cao: trong 100 shot lỗi trước đây, nhiều nhất 10 shot trông ổn đến mức này.',
  },
  'verdict.explain.ok.medium': {
    ko: '보통: 과거 불량 샷 중 이만큼 멀쩡해 보였던 것은 100개 중 20개 이하입니다.',
    en: 'Medium: of 100 past defective shots, at most 20 looked as harmless as this.',
    vi: 'Vừa: trong 100 shot lỗi trước đây, nhiều nhất 20 shot trông ổn đến mức này.',
  },
  'verdict.explain.low': {
    ko: '낮음: 그 밖의 경우. 과거 샷만으로는 가리기 어려우니 부품을 직접 확인하세요.',
    en: 'Low: anything else. Past shots do not settle it: check the part.',
    vi: 'Thấp: các trường hợp còn lại. Shot trước đây không đủ để kết luận: hãy kiểm tra sản phẩm.',
  },
  'verdict.explain.similar': {
    ko: '확률이 {from}–{to}였던 과거 샷 {shots}건 중 {share}가 불량이었습니다 (95 % 구간 {low}–{high}).',
    en: 'Of {shots} past shots given {from}–{to}, {share} were defective (95 % interval {low}–{high}).',
    vi: 'Trong {shots} shot trước có xác suất {from}–{to}, {share} bị lỗi (khoảng 95 %: {low}–{high}).',
  },
  'verdict.explain.coverage': {
    ko: '{level}를 목표로 했을 때 실제로 맞은 비율: 양품 {normal}, 불량 {defect}.',
    en: 'Aimed at {level}, it held for {normal} of the good and {defect} of the defective shots.',
    vi: 'Đặt mục tiêu {level}, thực tế đúng với {normal} shot đạt và {defect} shot lỗi.',
  },
  'verdict.explain.source': {
    ko: '학습에 쓰지 않은 샷 {samples}건(불량 {defects}건)에서 잰 값입니다.',
    en: 'Measured on {samples} shots kept out of training ({defects} defective).',
    vi: 'Đo trên {samples} shot không dùng để học ({defects} shot lỗi).',
  },

  'verdict.reason.unknown_product': {
    ko: '모르는 제품: {product}',
    en: 'Unknown product: {product}',
    vi: 'Sản phẩm chưa biết: {product}',
  },
  'verdict.reason.missing': { ko: '값 없음: {names}', en: 'No value: {names}', vi: 'Thiếu giá trị: {names}' },
  'verdict.reason.not_finite': {
    ko: '숫자가 아닌 값: {names}',
    en: 'Not a number: {names}',
    vi: 'Không phải số: {names}',
  },
  'verdict.reason.out_of_range': {
    ko: '학습 범위 밖: {name} {value} ({low}–{high})',
    en: 'Outside the trained range: {name} {value} ({low}–{high})',
    vi: 'Ngoài phạm vi đã học: {name} {value} ({low}–{high})',
  },
  'verdict.reason.unusual_t2': {
    ko: '지금까지의 샷과 너무 다름',
    en: 'Too far from any shot seen',
    vi: 'Khác xa mọi shot đã thấy',
  },
  'verdict.reason.unusual_spe': {
    ko: '신호 조합이 처음 보는 형태',
    en: 'Signals combine as never seen',
    vi: 'Tổ hợp tín hiệu chưa từng thấy',
  },
  'verdict.reason.unavailable': {
    ko: '판정 불가: {reason}',
    en: 'No judgement: {reason}',
    vi: 'Không thể đánh giá: {reason}',
  },
  'verdict.reason.andOthers': { ko: '{names} 외 {count}개', en: '{names} and {count} more', vi: '{names} và {count} tín hiệu khác' },
  'verdict.reason.more': { ko: '외 {count}건', en: 'and {count} more', vi: 'và {count} lý do khác' },
});
