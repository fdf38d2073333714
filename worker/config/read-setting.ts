/** Reads settings from text. Errors name the setting and never repeat its value. */
import { ProblemError } from '../problem.ts';
import { parseSize } from '../protocol/util/size.ts';
import type { SettingName } from './settings.ts';

/** The Worker's environment: text by name. */
export type Env = Readonly<Record<string, unknown>>;

const SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Readers for one environment. An empty setting counts as not set. */
export function readerOf(env: Env) {
  const text = (name: SettingName): string | undefined => {
    const value = env[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };

  return {
    text,
    /**
     * A required setting.
     *
     * @throws ProblemError `misconfigured` if it is not set.
     */
    needed(name: SettingName, advice = ''): string {
      return text(name) ?? wrong(name, `is missing${advice && `: ${advice}`}`);
    },
    list(name: SettingName): string[] {
      const items = text(name)?.split(',') ?? [];
      return items.map((item) => item.trim()).filter((item) => item !== '');
    },
    choice<T extends string>(name: SettingName, options: readonly T[]): T | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      return (
        options.find((option) => option === value) ?? wrong(name, `must be ${either(options)}`)
      );
    },
    flag(name: SettingName): boolean | undefined {
      const value = text(name)?.toLowerCase();
      if (value === undefined) return undefined;
      if (['on', 'true', '1', 'yes'].includes(value)) return true;
      if (['off', 'false', '0', 'no'].includes(value)) return false;
      return wrong(name, 'must be on or off');
    },
    count(name: SettingName): number | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      return /^\d{1,15}$/.test(value) ? Number(value) : wrong(name, 'must be a whole number');
    },
    bytes(name: SettingName): number | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      return parseSize(value) ?? wrong(name, 'must be a size such as 500MB or 5GiB');
    },
    seconds(name: SettingName): number | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/i.exec(value) ?? [];
      if (digits === undefined) {
        return wrong(name, 'must be a time such as 90s, 15m, 6h or 1d');
      }
      return Math.round(Number(digits) * (SECONDS[unit.toLowerCase()] ?? 1));
    },
    pattern(name: SettingName): RegExp | undefined {
      const value = text(name);
      if (value === undefined) return undefined;
      try {
        return new RegExp(value, 'u');
      } catch {
        return wrong(name, 'is not a valid regular expression');
      }
    },
  };
}

export type Reader = ReturnType<typeof readerOf>;

/**
 * Refuses a setting.
 *
 * @throws ProblemError `misconfigured`, always.
 */
export function wrong(name: SettingName | 'UPLOADS' | 'LIMITS', what: string): never {
  throw new ProblemError('misconfigured', `The setting ${name} ${what}.`);
}

export function either(options: readonly string[]): string {
  return options.length < 2
    ? options.join()
    : `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;
}

type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** The values that are set, so that defaults apply to the others. */
export function defined<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<T>;
}
