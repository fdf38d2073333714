import type { UploaderOptions } from '../../core/index.ts';
import { assertOptions } from '../../core/options.ts';
import type { SettingsElement } from '../settings-element.ts';
import { placeOf } from './place.ts';

/** The settings that the uploader is made from. */
export type UploaderSettings = Pick<
  SettingsElement,
  | 'endpoint'
  | 'token'
  | 'getToken'
  | 'headers'
  | 'credentials'
  | 'metadata'
  | 'acl'
  | 'validators'
  | 'transforms'
  | 'undoSeconds'
  | 'accept'
  | 'minSize'
  | 'maxSize'
  | 'maxTotalSize'
  | 'maxFiles'
  | 'isMany'
  | 'concurrency'
  | 'noAuto'
  | 'noResume'
  | 'otherDevices'
  | 'name'
  | 'id'
>;

type GetToken = NonNullable<UploaderOptions['getToken']>;

/**
 * Returns a function that returns the uploader's `getToken`: the same one until the page sets another
 * `token` or `getToken`. To the uploader another function means another caller, whose policy it asks
 * for.
 */
export function tokenSource(settings: UploaderSettings): () => GetToken {
  let source: readonly unknown[] = [];
  let current = tokenOf(settings);
  return () => {
    const { token, getToken } = settings;
    const given = [token, getToken];
    if (given.some((value, index) => value !== source[index])) current = tokenOf(settings);
    source = given;
    return current;
  };
}

/** Reads the caller's token when it is needed, so that a fresh token needs no new uploader. */
function tokenOf(settings: UploaderSettings): GetToken {
  return () => settings.getToken?.() ?? settings.token;
}

/** The uploader's options. For an undefined one, the uploader's default applies. */
export function optionsOf(settings: UploaderSettings, getToken: GetToken): UploaderOptions {
  const { acl, metadata, headers, credentials, accept, validators } = settings;
  return {
    endpoint: new URL(settings.endpoint ?? scriptFolder(), document.baseURI).href,
    getToken,
    headers,
    credentials,
    concurrency: validConcurrency(settings),
    acl: typeof acl === 'string' ? () => acl : acl,
    transforms: settings.transforms,
    metadata: typeof metadata === 'object' ? () => metadata : metadata,
    auto: !settings.noAuto,
    resume: !settings.noResume,
    otherDevices: settings.otherDevices,
    // The policy is asked for with the first file: not every page that shows the element gets one.
    eager: false,
    place: placeOf(settings),
    restrictions: {
      accept,
      minBytes: settings.minSize,
      maxBytes: settings.maxSize,
      maxTotalBytes: settings.maxTotalSize,
      // A single file is replaced by the next one, which must not be refused because of it.
      maxFiles: settings.isMany ? settings.maxFiles : undefined,
      validators,
    },
  } as UploaderOptions;
}

/** Reported, not thrown: the page does not break because of it. */
function validConcurrency({ concurrency }: UploaderSettings): number | undefined {
  try {
    assertOptions({ concurrency } as Partial<UploaderOptions>);
    return concurrency;
  } catch (error) {
    reportError(error);
    return undefined;
  }
}

/** Where the script came from: the Worker serves it beside its routes. */
function scriptFolder(): string {
  // Not `new URL('.', import.meta.url)`, which bundlers take for a file that they have to copy: Vite
  // warns that there is none, and Next.js does not build.
  return import.meta.url.replace(/[^/]*([?#].*)?$/, '');
}
