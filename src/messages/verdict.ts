import { defineMessages } from './define.ts';

/** Verdicts, confidence, and the reasons for a hold. */
export const verdict = defineMessages('verdict', {
  'verdict.ok': { ko: '양품', en: 'GOOD', vi: 'ĐẠT' },
  'verdict.ng': { ko: '불량', en: 'NG', vi: 'LỖI' },
  'verdict.hold': { ko: '보류', en: 'HOLD', vi: 'CHỜ' },

  'verdict.confidence': { ko: '확신', en: 'Confidence', vi: 'Độ chắc chắn' },
  'verdict.confidence.high': { ko: '높음', en: 'high', vi: 'cao' },
  'verdict.confidence.medium': { ko: '보통', en: 'medium', vi: 'vừa' },
  'verdict.confidence.low': { ko: '낮음', en: 'low', vi: 'thấp' },
  'verdict.confidenceOf': { ko: '확신: {level}', en: 'Confidence: {level}', vi: 'Độ chắc chắn: {level}' },
  'verdict.likeShots': {
    ko: '비슷한 샷 100개 중 {count}개 불량',
    en: '{count} of 100 such shots are defective',
    vi: '{count} trên 100 shot tương tự bị lỗi',
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
    ko: '지금까지의 샷과 너무 다름 (T² {value}, 한계 {limit})',
    en: 'Too far from any shot seen (T² {value}, limit {limit})',
    vi: 'Khác xa mọi shot đã thấy (T² {value}, giới hạn {limit})',
  },
  'verdict.reason.unusual_spe': {
    ko: '신호 조합이 처음 보는 형태 (SPE {value}, 한계 {limit})',
    en: 'Signals combine as never seen (SPE {value}, limit {limit})',
    vi: 'Tổ hợp tín hiệu chưa từng thấy (SPE {value}, giới hạn {limit})',
  },
  'verdict.reason.unavailable': {
    ko: '판정 불가: {reason}',
    en: 'No judgement: {reason}',
    vi: 'Không thể đánh giá: {reason}',
  },
  'verdict.reason.more': { ko: '외 {count}건', en: 'and {count} more', vi: 'và {count} lý do khác' },
});
