import type { PropertyDeclarations } from 'lit';
import { numberAttribute, reflectedSwitch, switchAttribute } from './attributes.ts';
import type { UploaderOptions, Validator } from './core/types.ts';
import { FormControl } from './form-control.ts';
import type { Messages } from './i18n/en.ts';
import type { Configuration } from './options.ts';
import type { ValueFormat } from './value.ts';

/** Everything that a page can set on `<s3-upload>`, by attribute or by property. */
export class ConfiguredControl extends FormControl implements Configuration {
  static override properties: PropertyDeclarations = {
    endpoint: {},
    token: {},
    getToken: { attribute: false },
    headers: { attribute: false },
    credentials: {},
    metadata: { attribute: false },
    validators: { attribute: false },
    messages: { attribute: false },
    name: { reflect: true },
    label: {},
    hint: {},
    accept: {},
    multiple: reflectedSwitch,
    directory: reflectedSwitch,
    capture: {},
    required: reflectedSwitch,
    disabled: reflectedSwitch,
    minSize: numberAttribute('min-size'),
    maxSize: numberAttribute('max-size'),
    maxTotalSize: numberAttribute('max-total-size'),
    minFiles: numberAttribute('min-files'),
    maxFiles: numberAttribute('max-files'),
    concurrency: numberAttribute('concurrency'),
    valueFormat: { attribute: 'value-format' },
    noAuto: switchAttribute('no-auto'),
    noDrop: switchAttribute('no-drop'),
    noPaste: switchAttribute('no-paste'),
    noResume: switchAttribute('no-resume'),
  };

  /** Address of the Worker. @default where the script came from */
  declare endpoint: string | undefined;
  /** Bearer token for the Worker; `getToken` goes before it. */
  declare token: string | undefined;
  /** Gives a bearer token whenever one is needed, and a fresh one after a 401. */
  declare getToken: UploaderOptions['getToken'] | undefined;
  /** Sent with every call to the Worker. */
  declare headers: Readonly<Record<string, string>> | undefined;
  /** Whether cookies go to the Worker. @default 'same-origin' */
  declare credentials: RequestCredentials | undefined;
  /** Metadata of the uploads, for all alike or by file. */
  declare metadata: UploaderOptions['metadata'] | Readonly<Record<string, string>> | undefined;
  /** Each may refuse a file, with a message in the page's language. */
  declare validators: readonly Validator[] | undefined;
  /** Texts that replace the element's own, by their id. */
  declare messages: Messages | undefined;
  /** Name of the form's entries; without one nothing is submitted. */
  declare name: string | undefined;
  /** Heading of the field, and its name for screen readers. */
  declare label: string | undefined;
  /** A line of help under the zone. */
  declare hint: string | undefined;
  /** What may be chosen: types, `image/*` wildcards and `.ext` extensions, as in `<input>`. */
  declare accept: string | undefined;
  /** More than one file. Without it a new file takes the place of the one before. */
  declare multiple: boolean;
  /** The picker chooses a folder, with all that is in it. */
  declare directory: boolean;
  /** On phones, take a picture right away: `user` or `environment`. */
  declare capture: string | undefined;
  /** The form needs at least one finished upload. */
  declare required: boolean;
  /** No files are taken and nothing is submitted; uploads that run go on. */
  declare disabled: boolean;
  /** Smallest file, in bytes; the attribute also takes “10 kB”. */
  declare minSize: number | undefined;
  /** Largest file, in bytes; the attribute also takes “20 MB” or “1.5 GiB”. */
  declare maxSize: number | undefined;
  /** All files together, in bytes. */
  declare maxTotalSize: number | undefined;
  /** The form needs at least so many finished uploads. */
  declare minFiles: number | undefined;
  /** No more files than this are taken. */
  declare maxFiles: number | undefined;
  /** Requests to the store in flight, for all files together. @default 6 per lane */
  declare concurrency: number | undefined;
  /** What each entry of the form holds. @default 'id' */
  declare valueFormat: ValueFormat | undefined;
  /** Files wait for `start()`, or for the user to press Start. */
  declare noAuto: boolean;
  /** Nothing can be dropped. */
  declare noDrop: boolean;
  /** Nothing can be pasted. */
  declare noPaste: boolean;
  /** Nothing is remembered across a reload, and so nothing is offered after it. */
  declare noResume: boolean;

  constructor() {
    super();
    this.multiple = this.directory = this.required = this.disabled = false;
    this.noAuto = this.noDrop = this.noPaste = this.noResume = false;
  }

  /** Disabled itself, if only a moment ago, or by a `<fieldset>`. */
  protected get isDisabled(): boolean {
    return this.disabled || this.matches(':disabled');
  }

  /** More than one file can be in the list. */
  protected get isMany(): boolean {
    return this.multiple || this.directory;
  }
}
