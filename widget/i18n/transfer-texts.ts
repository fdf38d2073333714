/** The figures of a transfer: how far it is, how fast, and how long it takes. Only rows need them. */
import { scale, type Localizer } from './localizer.ts';

/** Two days, less half a minute: from then on, days and hours are easier to grasp than hours. */
const DAYS_FROM = 2 * 86_400 - 30;

/**
 * “2.6 of 6.0 GB”, with one unit and a fixed number of digits, so that the text does not jump; but
 * “40 MB of 6.0 GB” and not “0.0 of 6.0 GB”, which reads as nothing for the first minutes of a slow
 * line.
 */
export function progressText(localizer: Localizer, loaded: number, total: number): string {
  const { unit, value, digits, divisor } = scale(total);
  // Rounded down, so that nothing reads as complete before it is.
  const shown = Math.floor((loaded / divisor) * 10 ** digits) / 10 ** digits;
  return localizer.text('progress', {
    loaded:
      loaded > 0 && shown === 0
        ? localizer.bytes(loaded)
        : localizer.number(shown, { minimumFractionDigits: digits }),
    total: localizer.unit(value, unit, digits, digits),
  });
}

/** “31 MB/s”. */
export function rateText(localizer: Localizer, bytesPerSecond: number): string {
  const { unit, value, digits } = scale(bytesPerSecond);
  return localizer.unit(value, `${unit}-per-second`, 0, digits);
}

/**
 * “1 min 50 sec”, rounded to a useful precision. Built from units, because Intl.DurationFormat is
 * newer and adds commas that a line this short does not need.
 */
export function durationText(localizer: Localizer, seconds: number): string {
  if (seconds < 59.5) return localizer.unit(Math.max(1, Math.round(seconds)), 'second');
  const [base, large, small] =
    seconds < 3570
      ? [60, 'minute', 'second']
      : seconds < DAYS_FROM
        ? [3600, 'hour', 'minute']
        : [86_400, 'day', 'hour'];
  const step = seconds < 300 ? 10 : base > 3600 ? 3600 : 60;
  const whole = Math.round(seconds / step) * step;
  const rest = (whole % base) / (base > 3600 ? 3600 : base / 60);
  const parts = [localizer.unit(Math.floor(whole / base), large)];
  if (rest) parts.push(localizer.unit(rest, small));
  return localizer.list(parts, 'unit', 'narrow');
}
