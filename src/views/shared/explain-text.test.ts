import { afterEach, describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../../tests/fixtures/explain/bundles.ts';
import { FEATURE_INDEX } from '../../domain/feature.ts';
import type { Reason } from '../../explain/reasons.ts';
import { locale } from '../../messages/index.ts';
import { changeText, pointsText, reasonSentence, standingText, withSubjectParticle } from './explain-text.ts';

const product = readBundleFiles(bundleFolders()[0]!).reference.products['1']!;
const [low, high] = product.usual['Process_Cylinder_Pressure']!;
const reason: Reason = {
  name: 'Process_Cylinder_Pressure',
  index: FEATURE_INDEX.Process_Cylinder_Pressure,
  value: 208,
  standing: 'low',
  usual: [low, high],
  effect: 0.0912,
  error: 0.001,
};

afterEach(() => {
  locale.language = 'ko';
});

test('a reason names signal, value, direction, usual range and effect, in every language', () => {
  expect(reasonSentence(reason, product)).toBe(`실린더 압력이 평소보다 낮음 (208 kgf/cm², 평소 ${low}–${high}) → 불량 확률 +9 %p`);
  locale.language = 'en';
  expect(reasonSentence(reason, product)).toBe(`Cylinder pressure lower than usual (208 kgf/cm², usual ${low}–${high}) → defect probability +9 %p`);
  locale.language = 'vi';
  expect(reasonSentence(reason, product)).toBe(`Áp suất xi lanh thấp hơn bình thường (208 kgf/cm², thường ${low}–${high}) → xác suất lỗi +9 đ%`);
});

test('a Korean subject has the particle that its last sound asks for', () => {
  expect(['실린더 압력', '비스켓 두께', '저속 1', '저속 2', '저속 3', '스프레이 2 시간'].map(withSubjectParticle)).toEqual([
    '실린더 압력이',
    '비스켓 두께가',
    '저속 1이',
    '저속 2가',
    '저속 3이',
    '스프레이 2 시간이',
  ]);
});

describe('direction', () => {
  test('is in the words of what the signal measures', () => {
    expect(standingText('Process_Spray_2_Time', 'high')).toBe('평소보다 김');
    expect(standingText('Process_High_Velocity', 'low')).toBe('평소보다 느림');
    expect(standingText('Process_Biscuit_Thickness', 'lowish')).toBe('얇은 편');
    expect(standingText('Sensor_Coolant_Pressure', 'high')).toBe('평소보다 높음');
    expect(standingText('Process_Shot', 'highish')).toBe('런 후반');
    expect(standingText('Process_Shot', 'middle')).toBe('중간');
  });
});

test('an effect has its sign, and none where it rounds to nothing', () => {
  expect(pointsText(0.094)).toBe('+9 %p');
  expect(pointsText(-0.0946, 1)).toBe('−9.5 %p');
  expect(pointsText(0.002)).toBe('0 %p');
  expect(pointsText(-0.00001, 2)).toBe('0.00 %p');
});

test('a change names the way in the unit of the screen', () => {
  expect(changeText({ name: 'Process_Spray_2_Time', from: 2.9, to: 2.3 }, product)).toBe('스프레이 2 시간 2.9 → 2.3 s');
});
