import { en, type MessageId, type Messages, type Plural } from './en.ts';
import { messagesOf } from './locales.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];

type Values = Readonly<Record<string, string | number>>;

/** Speaks one language: messages, sizes, rates and durations. Formatters are made once and kept. */
export class Localizer {
  readonly locale: string;
  readonly #messages: Readonly<Record<MessageId, string | Plural>>;
  readonly #formats: Record<string, Intl.NumberFormat> = {};

  /**
   * `messages` go before the registered ones of the locale, and those before English. Where there
   * are none of either, numbers are English too: half a sentence in each language helps nobody.
   */
  constructor(tag: string, messages?: Messages) {
    this.locale = canonical(tag);
    const known = { ...messagesOf(this.locale), ...messages };
    if (!this.locale.startsWith('en') && !('drop' in known) && !messages) this.locale = 'en';
    this.#messages = { ...en, ...known };
  }

  /** The message with its `{…}` filled in; `n` chooses the plural form, numbers are formatted. */
  text(id: MessageId, values: Values = {}): string {
    const message = this.#messages[id];
    const rule = (): Intl.LDMLPluralRule =>
      new Intl.PluralRules(this.locale).select(Number(values['n']));
    const form = typeof message === 'string' ? message : (message[rule()] ?? message.other);
    return form.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key] ?? whole;
      return typeof value === 'number' ? this.#number(value) : value;
    });
  }

  /** “4.2 MB”; decimal units, as operating systems and drives count. */
  bytes(bytes: number): string {
    const { unit, value, digits } = scale(bytes);
    return this.#unit(value, unit, 0, digits);
  }

  /** “2.6 of 6.0 GB”: one unit for both, and a fixed number of digits, so that nothing jumps. */
  progress(loaded: number, total: number): string {
    const { unit, value, digits, divisor } = scale(total);
    // Rounded down: nothing reads as whole before it is.
    const shown = Math.floor((loaded / divisor) * 10 ** digits) / 10 ** digits;
    return this.text('progress', {
      loaded: this.#number(shown, { minimumFractionDigits: digits }),
      total: this.#unit(value, unit, digits, digits),
    });
  }

  /** “31 MB/s”. */
  rate(bytesPerSecond: number): string {
    const { unit, value, digits } = scale(bytesPerSecond);
    return this.#unit(value, `${unit}-per-second`, 0, digits);
  }

  /**
   * “1 min 50 sec”, rounded to what is worth knowing. Made of units, not by Intl.DurationFormat:
   * that is younger, and puts commas where a line this short wants none.
   */
  duration(seconds: number): string {
    if (seconds < 59.5) return this.#unit(Math.max(1, Math.round(seconds)), 'second');
    const [base, large, small] =
      seconds < 3570 ? [60, 'minute', 'second'] : [3600, 'hour', 'minute'];
    const step = seconds < 300 ? 10 : 60;
    const whole = Math.round(seconds / step) * step;
    const rest = (whole % base) / (base / 60);
    const parts = [this.#unit(Math.floor(whole / base), large)];
    if (rest) parts.push(this.#unit(rest, small));
    return this.list(parts, 'unit', 'narrow');
  }

  /** “images, video and PDF”, “images, video or PDF”, or “images, video, PDF”. */
  list(
    items: Iterable<string>,
    type: Intl.ListFormatType,
    style: Intl.ListFormatStyle = 'long',
  ): string {
    return new Intl.ListFormat(this.locale, { type, style }).format(items);
  }

  #unit(value: number, unit: string, minimumFractionDigits = 0, maximumFractionDigits = 0): string {
    return this.#number(value, {
      style: 'unit',
      unit,
      // In the short form English writes “512 byte”.
      unitDisplay: unit === 'byte' ? 'long' : 'short',
      minimumFractionDigits,
      maximumFractionDigits,
    });
  }

  #number(value: number, options: Intl.NumberFormatOptions = {}): string {
    const key = JSON.stringify(options);
    return (this.#formats[key] ??= new Intl.NumberFormat(this.locale, options)).format(value);
  }
}

/** The unit that a size is best read in, and how many digits after the point it deserves. */
function scale(bytes: number): { unit: string; value: number; divisor: number; digits: number } {
  let step = 0;
  let divisor = 1;
  for (; bytes / divisor >= 999.5 && step < 5; step += 1) divisor *= 1000;
  const value = bytes / divisor;
  const digits = Number(step > 2 ? value < 100 : step > 1 && value < 10);
  return { unit: UNITS[step] ?? '', value, divisor, digits };
}

/** Authors write all sorts of things into `lang`; an invalid tag must not break the page. */
function canonical(tag: string): string {
  try {
    return new Intl.Locale(tag).toString();
  } catch {
    return 'en';
  }
}
