import { afterEach, describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatJudged,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatShareInterval,
  formatTime,
  NO_VALUE,
} from './format.ts';
import { locale } from './locale.svelte.ts';
import { formatReading, formatReadingWithUnit } from './names.ts';

afterEach(() => {
  locale.language = 'ko';
  locale.units = { pressure: 'kgf/cm2', force: 'tonf' };
});

describe('numbers', () => {
  it('that are whole and small are written as Intl writes them, in every language', () => {
    for (const language of ['ko', 'en', 'vi'] as const) {
      locale.language = language;
      const intl = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
      for (const value of [0, 0.4, 0.5, 1, 2.5, 99.49, 999, 999.4, 999.5, 1000]) expect(formatNumber(value, 0)).toBe(intl.format(value));
    }
  });

  it('follow the language', () => {
    expect(formatNumber(1234.5)).toBe('1,234.5');
    locale.language = 'vi';
    expect(formatNumber(1234.5)).toBe('1.234,5');
    expect(formatPercent(0.4634, 1)).toBe('46,3 %');
  });

  it('say that there is none', () => {
    for (const absent of [null, undefined, Number.NaN]) expect(formatNumber(absent)).toBe(NO_VALUE);
    expect(formatPercent(null)).toBe(NO_VALUE);
    expect(formatNumber(Number.POSITIVE_INFINITY)).toBe('∞');
  });

  it('are as precise as their size deserves', () => {
    expect(formatBytes(679_000)).toBe('679 kB');
    expect(formatBytes(14_239_897)).toBe('14.2 MB');
    expect(formatBytes(10_737_418_240)).toBe('10.7 GB');
    expect(formatMilliseconds(0.213)).toBe('0.21 ms');
    expect(formatMilliseconds(1234.4)).toBe('1,234 ms');
  });

  it('tell a probability from the threshold it is judged by', () => {
    expect(formatJudged({ probability: 0.53, threshold: 0.43 })).toEqual({ probability: '53 %', threshold: '43 %' });
    expect(formatJudged({ probability: 0.4281, threshold: 0.4312 })).toEqual({ probability: '42.8 %', threshold: '43.1 %' });
    expect(formatJudged({ probability: 0.43118, threshold: 0.4312 })).toEqual({ probability: '43.118 %', threshold: '43.120 %' });
    expect(formatJudged({ probability: 0.43, threshold: 0.43 })).toEqual({ probability: '43 %', threshold: '43 %' });
    expect(formatJudged({ probability: null, threshold: 0.43 })).toEqual({ probability: NO_VALUE, threshold: '43 %' });
  });

  it('carry their interval', () => {
    expect(formatShareInterval({ value: 0.23, low: 0.12, high: 0.35 })).toBe('23 % (12–35 %)');
    expect(formatShareInterval({ value: 0.23, low: null, high: null })).toBe('23 %');
  });

  it('show the time of day with 24 hours also in English', () => {
    locale.language = 'en';
    expect(formatTime(new Date(2026, 0, 1, 15, 4, 5).getTime())).toBe('15:04:05');
    expect(formatTime(new Date(2026, 0, 1, 0, 4, 5).getTime())).toBe('00:04:05');
  });
});

describe('readings', () => {
  it('stand in the unit the plant chose, with the digits of the recording step', () => {
    expect(formatReadingWithUnit('Process_Cylinder_Pressure', 208, 1)).toBe('208 kgf/cm²');
    expect(formatReading('Process_Velocity_1', 0.15, 0.001)).toBe('0.150');
    locale.units = { pressure: 'MPa', force: 'kN' };
    // 208 x 0.0980665 and 255 x 9.80665 (ISO 80000-4).
    expect(formatReadingWithUnit('Process_Cylinder_Pressure', 208, 1)).toBe('20.40 MPa');
    expect(formatReadingWithUnit('Process_Clamping_Force', 255, 1)).toBe('2,501 kN');
  });

  it('need no unit where the input has none or there is no value', () => {
    expect(formatReadingWithUnit('Process_Product_Type', 2)).toBe('2');
    expect(formatReadingWithUnit('Process_Cycle_Time', Number.NaN)).toBe(NO_VALUE);
  });
});
