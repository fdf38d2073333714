/** Reads a command's options. Errors name the option, and never repeat its value. */
import { parseArgs } from 'node:util';
import { nearest } from '../util/nearest.ts';
import { UsageError } from './usage-error.ts';

/** The options of a command, by their names without `--`. Every command also knows `--help`. */
export type OptionTypes = Readonly<Record<string, 'flag' | 'list'>>;

type Options<Types extends OptionTypes> = {
  readonly [Name in keyof Types]: Types[Name] extends 'flag' ? boolean : readonly string[];
};

/**
 * Reads options. A `list` may be given several times; its values may also be separated by commas.
 *
 * @throws UsageError for an unknown option, with the nearest name, for a missing or unwanted value,
 *   and for anything that is not an option.
 */
export function readOptions<const Types extends OptionTypes>(
  args: readonly string[],
  types: Types,
): Options<Types> {
  // Not `strict`, because Node's own message for an unknown option names no other option.
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(types).map(([name, type]) => [
        name,
        { type: type === 'flag' ? 'boolean' : 'string' },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const flags = new Set<string>();
  const lists = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new UsageError('Every argument must belong to an option that starts with --.');
    }
    if (token.kind === 'option-terminator') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) throw unknownOption(name, rawName, Object.keys(types));
    if (type === 'flag') {
      if (value !== undefined) throw new UsageError(`${rawName} takes no value.`, rawName);
      flags.add(name);
      continue;
    }
    if (value === undefined || value === '' || value.startsWith('-')) {
      throw new UsageError(`${rawName} needs a value.`, rawName);
    }
    const items = value.split(',').map((item) => item.trim());
    lists.set(name, [...(lists.get(name) ?? []), ...items.filter((item) => item !== '')]);
  }
  const entries = Object.entries(types).map(([name, type]) => [
    name,
    type === 'flag' ? flags.has(name) : (lists.get(name) ?? []),
  ]);
  return Object.fromEntries(entries) as Options<Types>;
}

/** Whether the arguments ask for help, whatever else they are. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

function unknownOption(name: string, rawName: string, names: readonly string[]): UsageError {
  const found = nearest(name, names);
  const advice = found === undefined ? 'See --help.' : `Did you mean --${found}?`;
  return new UsageError(`There is no option ${rawName}. ${advice}`, rawName);
}
