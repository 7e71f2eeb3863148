/** Numbers, shares, times and bytes in the format of the current language. */
import { locale } from './locale.svelte.ts';

const numberFormats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale.tag}${JSON.stringify(options)}`;
  let format = numberFormats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale.tag, options);
    numberFormats.set(key, format);
  }
  return format;
}

/** What stands where there is no value. */
export const NO_VALUE = '–';

/**
 * A number in the current language.
 *
 * @param decimals fixed number of decimals; without it up to three, as many as the number needs
 */
export function formatNumber(value: number | null | undefined, decimals?: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_VALUE;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  return numberFormat(
    decimals === undefined
      ? { maximumFractionDigits: 3 }
      : { minimumFractionDigits: decimals, maximumFractionDigits: decimals },
  ).format(value);
}

/** A number to so many significant digits: for quantities whose size is not known beforehand (log-odds, latents). */
export function formatSignificant(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return formatNumber(value);
  return numberFormat({ maximumSignificantDigits: digits }).format(value);
}

/** A share of 1 as a percentage: 0.463 is "46 %" (no decimals) or "46.3 %". */
export function formatPercent(share: number | null | undefined, decimals = 0): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return NO_VALUE;
  return `${formatNumber(share * 100, decimals)} %`;
}

/** A size in bytes as kB, MB or GB (powers of ten). */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000_000) return `${formatNumber(bytes / 1000, 0)} kB`;
  if (bytes < 1_000_000_000) return `${formatNumber(bytes / 1_000_000, 1)} MB`;
  return `${formatNumber(bytes / 1_000_000_000, 1)} GB`;
}

/** A duration in milliseconds, as precise as its size deserves. */
export function formatMilliseconds(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) return NO_VALUE;
  const decimals = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
  return `${formatNumber(milliseconds, decimals)} ms`;
}

/** The time of day of an instant (milliseconds since 1970), 24 hours, to the second. */
export function formatTime(epochMilliseconds: number): string {
  return new Intl.DateTimeFormat(locale.tag, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
    hourCycle: 'h23',
  }).format(epochMilliseconds);
}

/** Date and time of an instant (milliseconds since 1970 or an ISO text). */
export function formatDateTime(instant: number | string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  return new Intl.DateTimeFormat(locale.tag, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

/** A share with its interval: "46 % (35–58 %)". */
export function formatShareInterval(
  interval: Readonly<{ value: number | null; low?: number | null; high?: number | null }>,
  decimals = 0,
): string {
  const value = formatPercent(interval.value, decimals);
  if (interval.low === null || interval.low === undefined || interval.high === null || interval.high === undefined) {
    return value;
  }
  return `${value} (${formatNumber(interval.low * 100, decimals)}–${formatNumber(interval.high * 100, decimals)} %)`;
}

/** What stands between the integer and the decimals in the current language. */
export function decimalSeparator(): '.' | ',' {
  return locale.language === 'vi' ? ',' : '.';
}
