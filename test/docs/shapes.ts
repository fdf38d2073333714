/** JSON Schemas in words: the type of a value, and the fields of an object, nested ones by their path. */
import { isDeepStrictEqual } from 'node:util';

/** The parts of JSON Schema that the contract's schemas use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly contentEncoding?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type Schemas = Readonly<Record<string, Schema>>;

/** One field of an object. */
export interface Field {
  /** `uploads[].plan.parts` */
  readonly path: string;
  readonly shape: string;
  /** “yes”, nothing, or the variants of the object that need it. */
  readonly required: string;
  readonly meaning: string;
}

/** The fields of an object, with those of the objects in it. Objects that have a name are not opened. */
export function fieldsOf(
  schema: Schema,
  named: Schemas,
  meaningOf: (name: string, siblings: ReadonlySet<string>) => string = () => '',
  prefix = '',
): readonly Field[] {
  const variants = variantsOf(schema).filter(({ properties }) => properties);
  // Of several, those that have a name are described under it.
  const opened = variants.filter((one) => variants.length === 1 || !nameOf(one, named));
  const names = [...new Set(opened.flatMap(({ properties = {} }) => Object.keys(properties)))];
  return names.flatMap((name) => {
    const owners = opened.filter(({ properties = {} }) => name in properties);
    const [first] = owners.map(({ properties = {} }) => properties[name] ?? {});
    const kinds = owners.map(({ properties = {} }) => properties[name]?.const).filter(Boolean);
    const field = kinds.length > 1 ? { enum: kinds } : (first ?? {});
    const path = `${prefix}${name}`;
    const own = {
      path,
      shape: shapeOf(field, named),
      required: requiredOf(name, owners, variants),
      meaning: field.description ?? meaningOf(name, new Set(names)),
    };
    const [inner, step] = innerOf(field);
    return nameOf(inner, named) === undefined &&
      variantsOf(inner).some(({ properties }) => properties)
      ? [own, ...fieldsOf(inner, named, meaningOf, `${path}${step}.`)]
      : [own];
  });
}

/** The type of a value: “string, at most 255 characters”. */
export function shapeOf(schema: Schema, named: Schemas): string {
  const name = nameOf(schema, named);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  const options = schema.anyOf ?? schema.oneOf;
  if (options) {
    const shapes = options.map((option) => shapeOf(option, named));
    return [...new Set(shapes)].join(' or ');
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') {
    const count = boundsOf(schema.minItems, schema.maxItems, 'entries');
    return `array of ${shapeOf(schema.items ?? {}, named)}${count}`;
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    const most = schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
    return `${schema.type}${boundsOf(schema.minimum || undefined, most, '')}`;
  }
  if (schema.type === 'string')
    return `${textOf(schema)}${boundsOf(undefined, schema.maxLength, 'characters')}`;
  if (schema.type === 'object' && !schema.properties) return 'object of strings';
  return schema.type ?? 'any JSON';
}

function textOf({ format, contentEncoding, pattern = '' }: Schema): string {
  if (format === 'date-time') return 'time, ISO 8601';
  if (format === 'uri') return 'URL';
  if (format === 'uuid' || pattern.startsWith('^[0-9a-f]{8}-')) return 'UUID';
  if (contentEncoding === 'base64') return 'base64';
  if (/^\^\\d\{1,\d+\}\$$/.test(pattern)) return 'number';
  return 'string';
}

function boundsOf(least: number | undefined, most: number | undefined, unit: string): string {
  const of = unit === '' ? '' : ` ${unit}`;
  if (most !== undefined && least !== undefined) return `, ${least} to ${most}${of}`;
  if (most !== undefined) return `, at most ${most}${of}`;
  return least === undefined ? '' : `, at least ${least}${of}`;
}

/** The shapes that an object may have; itself, if it has only one. */
function variantsOf(schema: Schema): readonly Schema[] {
  return (schema.anyOf ?? schema.oneOf ?? [schema]).filter(({ type }) => type !== 'null');
}

function requiredOf(name: string, owners: readonly Schema[], variants: readonly Schema[]): string {
  const needing = owners.filter(({ required = [] }) => required.includes(name));
  if (needing.length === 0) return '';
  return needing.length === variants.length ? 'yes' : needing.map(labelOf).join(', ');
}

function labelOf({ properties = {} }: Schema): string {
  const kind = properties['kind']?.const;
  if (kind !== undefined) return `if ${String(kind)}`;
  return 'problem' in properties ? 'if refused' : 'if accepted';
}

/** The objects of an array, or of the value itself, and how the path goes on. */
function innerOf(schema: Schema): readonly [Schema, string] {
  return schema.type === 'array' ? [schema.items ?? {}, '[]'] : [schema, ''];
}

function nameOf(schema: Schema, named: Schemas): string | undefined {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1);
  const { description: _, ...bare } = schema;
  return Object.entries(named).find(
    ([, { description: __, ...other }]) => schema.properties && isDeepStrictEqual(bare, other),
  )?.[0];
}
