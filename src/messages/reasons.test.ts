import { afterEach, describe, expect, it } from 'vitest';
import { appError } from '../domain/app-error.ts';
import { locale } from './locale.svelte.ts';
import { describeError } from './names.ts';
import { describeReasons } from './reasons.ts';

afterEach(() => {
  locale.language = 'ko';
  locale.units = { pressure: 'kgf/cm2', force: 'tonf' };
});

describe('why a shot is held, in words', () => {
  it('names the signal that is missing', () => {
    expect(describeReasons([{ kind: 'missing', features: ['Sensor_Coolant_Temp'] }])).toEqual(['값 없음: 냉각수 온도']);
  });

  it('names three of many and counts the others', () => {
    locale.language = 'en';
    const [text] = describeReasons([
      {
        kind: 'not_finite',
        features: ['Process_Velocity_1', 'Process_Velocity_2', 'Process_Velocity_3', 'Process_Cycle_Time', 'Process_Spray_Time'],
      },
    ]);
    expect(text).toBe('Not a number: Slow speed 1, Slow speed 2, Slow speed 3 and 2 more');
  });

  it('gives value and range in the unit of the screen', () => {
    locale.units = { pressure: 'MPa', force: 'tonf' };
    const reasons = describeReasons([
      {
        kind: 'out_of_range',
        features: [
          { name: 'Process_Cycle_Time', value: 219, low: 20, high: 23.9 },
          { name: 'Process_Cylinder_Pressure', value: 100, low: 212, high: 243 },
        ],
      },
    ]);
    expect(reasons).toEqual([
      '학습 범위 밖: 사이클 타임 219 s (20–23.9)',
      '학습 범위 밖: 실린더 압력 9.807 MPa (20.79–23.83)',
    ]);
  });

  it('says what failed when nothing could be judged', () => {
    expect(describeReasons([{ kind: 'unavailable', error: appError('not_ready', {}) }])).toEqual([
      '판정 불가: 모델이 아직 준비되지 않았습니다.',
    ]);
  });
});

describe('an error in words', () => {
  it('names file, status and every bad field, and what to do', () => {
    locale.language = 'en';
    const missing = describeError(appError('file_missing', { file: 'field-1.0.0/boosting.onnx', status: 404 }));
    expect(missing.title).toContain('field-1.0.0/boosting.onnx');
    expect(missing.title).toContain('404');
    expect(missing.todo).not.toBe('');
    const invalid = describeError(
      appError('shot_invalid', {
        fields: [
          { name: 'Process_Cycle_Time', problem: 'not_a_number' },
          { name: 'Unknown_Column', problem: 'absent' },
        ],
      }),
    );
    expect(invalid.title).toContain('Cycle time (not a number), Unknown_Column (absent)');
  });
});
