import type { Restrictions, UploaderOptions, Validator } from './core/types.ts';

/** The properties of the element that the engine is made from. */
export interface Configuration {
  readonly endpoint: string | undefined;
  readonly token: string | undefined;
  readonly getToken: UploaderOptions['getToken'] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly credentials: RequestCredentials | undefined;
  readonly metadata: UploaderOptions['metadata'] | Readonly<Record<string, string>> | undefined;
  readonly validators: readonly Validator[] | undefined;
  readonly accept: string | undefined;
  readonly minSize: number | undefined;
  readonly maxSize: number | undefined;
  readonly maxTotalSize: number | undefined;
  readonly maxFiles: number | undefined;
  readonly multiple: boolean;
  readonly directory: boolean;
  readonly concurrency: number | undefined;
  readonly noAuto: boolean;
  readonly noResume: boolean;
}

/** Names of the properties above: when one changes, the engine is told. */
export const CONFIGURING = [
  'endpoint',
  'token',
  'getToken',
  'headers',
  'credentials',
  'metadata',
  'validators',
  'accept',
  'minSize',
  'maxSize',
  'maxTotalSize',
  'maxFiles',
  'multiple',
  'directory',
  'concurrency',
  'noAuto',
  'noResume',
] as const satisfies readonly (keyof Configuration)[];

/** The engine's options, without what was not set: there its own defaults hold. */
export function optionsOf(element: Configuration): UploaderOptions {
  const { metadata, concurrency, headers, credentials } = element;
  const restrictions = withoutUndefined({
    accept: element.accept,
    minBytes: element.minSize,
    maxBytes: element.maxSize,
    maxTotalBytes: element.maxTotalSize,
    // A single file is replaced by the next one, which must not be refused for it.
    maxFiles: element.multiple || element.directory ? element.maxFiles : undefined,
    validators: element.validators,
  }) as Restrictions;
  return {
    endpoint: new URL(element.endpoint || defaultEndpoint(), document.baseURI),
    // A property that is read when it is needed: a fresh token needs no new engine.
    getToken: () => element.getToken?.() ?? element.token,
    restrictions,
    auto: !element.noAuto,
    resume: !element.noResume,
    ...withoutUndefined({ headers, credentials, concurrency }),
    ...(metadata && { metadata: typeof metadata === 'function' ? metadata : () => metadata }),
  };
}

/** Where the script came from: the Worker serves it beside its routes. */
function defaultEndpoint(): string {
  return new URL('.', import.meta.url).href;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
