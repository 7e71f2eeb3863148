/** Numbers, shares, times and bytes in the format of the current language. */
import { locale } from './locale.svelte.ts';

// A formatter takes long to make, and longer to throw away: the collector frees those of hundreds of shots in one task.
const numberFormat = kept((tag, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(tag, options));
const dateFormat = kept((tag, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, options));

/** Formatters of the current language by their options, each made once. */
function kept<Options, Format>(make: (tag: string, options: Options) => Format): (options: Options) => Format {
  const formats = new Map<string, Format>();
  return (options) => {
    const key = `${locale.tag}${JSON.stringify(options)}`;
    let format = formats.get(key);
    if (format === undefined) {
      format = make(locale.tag, options);
      formats.set(key, format);
    }
    return format;
  };
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
  // Written alike in every language. The first Intl.NumberFormat takes a tablet 100 ms: too long while the app starts.
  if (decimals === 0 && value >= 0 && value < 999.5) return String(Math.round(value));
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

/** Decimals beyond which two shares need not be told apart. */
const FINEST = 3;

/**
 * A probability and the threshold it is judged by, as percentages with as many decimals (`decimals` at least) as keep them apart: "43 % < 43 %"
 * would contradict the verdict beside it.
 */
export function formatJudged(
  { probability, threshold }: Readonly<{ probability: number | null; threshold: number | null }>,
  decimals = 0,
): { readonly probability: string; readonly threshold: string } {
  const shown = { probability: formatPercent(probability, decimals), threshold: formatPercent(threshold, decimals) };
  const alike = shown.probability === shown.threshold && probability !== threshold;
  return alike && decimals < FINEST ? formatJudged({ probability, threshold }, decimals + 1) : shown;
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
  return dateFormat({ hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, hourCycle: 'h23' }).format(epochMilliseconds);
}

/** Date and time of an instant (milliseconds since 1970 or an ISO text). */
export function formatDateTime(instant: number | string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(date);
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
