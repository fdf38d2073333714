import { en, type MessageId, type Messages, type Plural } from './en.ts';
import { messagesOf } from './locales.ts';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

type Values = Readonly<Record<string, string | number>>;

/** Speaks one language: messages, sizes, rates and durations. Formatters are made once and kept. */
export class Localizer {
  readonly locale: string;
  readonly #messages: Messages;
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #plurals: Intl.PluralRules;

  /**
   * `messages` go before the registered ones of the locale, and those before English. Where there
   * are none of either, numbers are English too: half a sentence in each language helps nobody.
   */
  constructor(locale: string, messages: Messages = {}) {
    const tag = supported(locale);
    const known = { ...messagesOf(tag), ...messages };
    this.locale = tag.startsWith('en') || Object.keys(known).length > 0 ? tag : 'en';
    this.#messages = { ...en, ...known };
    this.#plurals = new Intl.PluralRules(this.locale);
  }

  /** The message with its `{…}` filled in; `n` chooses the plural form, numbers are formatted. */
  text(id: MessageId, values: Values = {}): string {
    const message: string | Plural = this.#messages[id] ?? en[id];
    const n = values['n'];
    const form =
      typeof message === 'string'
        ? message
        : (message[typeof n === 'number' ? this.#plurals.select(n) : 'other'] ?? message.other);
    return form.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value = values[key];
      return typeof value === 'number' ? this.number(value) : (value ?? whole);
    });
  }

  number(value: number): string {
    return this.#format(value, {});
  }

  /** `fraction` is 0 to 1. */
  percent(fraction: number): string {
    return this.#format(Math.floor(fraction * 100) / 100, { style: 'percent' });
  }

  /** “4.2 MB”; decimal units, as operating systems and drives count. */
  bytes(bytes: number): string {
    const { unit, value, digits } = scale(bytes);
    return this.#unit(value, unit, { maximumFractionDigits: digits });
  }

  /** “2.6 of 6.0 GB”: one unit for both, and a fixed number of digits, so that nothing jumps. */
  progress(loaded: number, total: number): string {
    const { unit, value, divisor, digits } = scale(total);
    const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return this.text('progress', {
      // Rounded down: nothing reads as whole before it is.
      loaded: this.#format(Math.floor((loaded / divisor) * 10 ** digits) / 10 ** digits, fixed),
      total: this.#unit(value, unit, fixed),
    });
  }

  /** “31 MB/s”. */
  rate(bytesPerSecond: number): string {
    const { unit, value, digits } = scale(bytesPerSecond);
    return this.#unit(value, `${unit}-per-second`, { maximumFractionDigits: digits });
  }

  /**
   * “1 min 50 sec”, rounded to what is worth knowing. Made of units, not by Intl.DurationFormat:
   * that is younger, and puts commas where a line this short wants none.
   */
  duration(seconds: number): string {
    const whole = Math.max(1, Math.round(seconds));
    if (whole < 60) return this.#unit(whole, 'second');
    if (whole < 300) return this.#two(Math.round(whole / 10) * 10, 60, 'minute', 'second');
    if (whole < 3570) return this.#unit(Math.round(whole / 60), 'minute');
    return this.#two(Math.round(whole / 60), 60, 'hour', 'minute');
  }

  /** “images, video and PDF” or “images, video or PDF”. */
  list(items: Iterable<string>, type: Intl.ListFormatType): string {
    return new Intl.ListFormat(this.locale, {
      type,
      style: type === 'unit' ? 'short' : 'long',
    }).format(items);
  }

  /** The text with its first letter large, where a phrase begins a line. */
  capital(text: string): string {
    const [first = '', ...rest] = text;
    return first.toLocaleUpperCase(this.locale) + rest.join('');
  }

  #two(value: number, base: number, large: string, small: string): string {
    const rest = value % base;
    const parts = [this.#unit(Math.floor(value / base), large)];
    if (rest) parts.push(this.#unit(rest, small));
    return new Intl.ListFormat(this.locale, { type: 'unit', style: 'narrow' }).format(parts);
  }

  #unit(value: number, unit: string, options: Intl.NumberFormatOptions = {}): string {
    // In the short form English writes “512 byte”.
    const unitDisplay = unit === 'byte' ? 'long' : 'short';
    return this.#format(value, { style: 'unit', unit, unitDisplay, ...options });
  }

  #format(value: number, options: Intl.NumberFormatOptions): string {
    const key = JSON.stringify(options);
    let format = this.#numbers.get(key);
    if (!format) this.#numbers.set(key, (format = new Intl.NumberFormat(this.locale, options)));
    return format.format(value);
  }
}

/** The unit that a size is best read in, and how many digits after the point it deserves. */
function scale(bytes: number): { unit: string; value: number; divisor: number; digits: number } {
  let step = 0;
  while (step < UNITS.length - 1 && bytes / 1000 ** step >= 999.5) step += 1;
  const divisor = 1000 ** step;
  const value = bytes / divisor;
  const digits = step >= 3 ? Number(value < 100) : Number(step === 2 && value < 10);
  return { unit: UNITS[step] ?? 'byte', value, divisor, digits };
}

/** Authors write all sorts of things into `lang`; an invalid tag must not break the page. */
function supported(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
