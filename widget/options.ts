import type { UploaderOptions, Validator } from './core/types.ts';

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
  readonly name: string | undefined;
  readonly id: string;
}

type GetToken = NonNullable<UploaderOptions['getToken']>;

/**
 * The caller's token, read when it is needed: a fresh one needs no new engine. Another function
 * means another caller to the engine, which then asks for the policy again.
 */
export function tokenOf(element: Configuration): GetToken {
  return () => element.getToken?.() ?? element.token;
}

/** The engine's options. What is undefined is as good as left out: the engine's defaults hold. */
export function optionsOf(element: Configuration, getToken: GetToken): UploaderOptions {
  const { metadata, headers, credentials, concurrency, accept, validators } = element;
  return {
    // Where the script came from: the Worker serves it beside its routes.
    endpoint: new URL(element.endpoint ?? new URL('.', import.meta.url), document.baseURI).href,
    getToken,
    headers,
    credentials,
    concurrency,
    metadata: typeof metadata === 'object' ? () => metadata : metadata,
    auto: !element.noAuto,
    resume: !element.noResume,
    // Asked with the first file: not every page that shows the element will see one.
    eager: false,
    place: `${location.pathname} ${element.name ?? element.id}`,
    restrictions: {
      accept,
      minBytes: element.minSize,
      maxBytes: element.maxSize,
      maxTotalBytes: element.maxTotalSize,
      // A single file is replaced by the next one, which must not be refused for it.
      maxFiles: element.multiple || element.directory ? element.maxFiles : undefined,
      validators,
    },
  } as UploaderOptions;
}
