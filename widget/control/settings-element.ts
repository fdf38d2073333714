import { isServer, type PropertyDeclarations } from 'lit';
import type { CannedAcl, FileContext, Transform, Validator } from '../core/index.ts';
import type { Messages } from '../i18n/en.ts';
import { booleanAttribute, numberAttribute, reflectedBoolean } from './attributes.ts';
import { FormElement } from './form-element.ts';
import type { MetadataField } from './metadata-field.ts';
import type { ValueFormat } from './value.ts';

/** Declares everything that a page can set on `<s3-upload>`, by attribute or by property. */
export class SettingsElement extends FormElement {
  static override properties: PropertyDeclarations = {
    endpoint: {},
    token: {},
    getToken: { attribute: false },
    headers: { attribute: false },
    credentials: {},
    metadata: { attribute: false },
    acl: {},
    validators: { attribute: false },
    transforms: { attribute: false },
    fields: { attribute: false },
    rename: { type: Boolean },
    messages: { attribute: false },
    name: { reflect: true },
    label: {},
    hint: {},
    accept: {},
    multiple: reflectedBoolean,
    directory: reflectedBoolean,
    capture: {},
    required: reflectedBoolean,
    disabled: reflectedBoolean,
    minSize: numberAttribute('min-size'),
    maxSize: numberAttribute('max-size'),
    maxTotalSize: numberAttribute('max-total-size'),
    minFiles: numberAttribute('min-files'),
    maxFiles: numberAttribute('max-files'),
    concurrency: numberAttribute('concurrency'),
    undoSeconds: numberAttribute('undo-seconds'),
    valueFormat: { attribute: 'value-format' },
    noAuto: booleanAttribute('no-auto'),
    noDrop: booleanAttribute('no-drop'),
    noPaste: booleanAttribute('no-paste'),
    noResume: booleanAttribute('no-resume'),
    otherDevices: booleanAttribute('other-devices'),
    reorder: booleanAttribute('reorder'),
  };

  /** Address of the Worker. @default where the script came from */
  declare endpoint: string | undefined;
  /** Bearer token for the Worker; `getToken` takes precedence. */
  declare token: string | undefined;
  /** Returns a bearer token. Called whenever one is needed, and again after a 401. */
  declare getToken: (() => string | undefined | Promise<string | undefined>) | undefined;
  /** Headers that are sent with every request to the Worker. */
  declare headers: Readonly<Record<string, string>> | undefined;
  /** Whether cookies are sent to the Worker. @default 'same-origin' */
  declare credentials: RequestCredentials | undefined;
  /** Metadata for every upload, or a function of the file. */
  declare metadata:
    | Readonly<Record<string, string>>
    | ((file: File, context: FileContext) => Readonly<Record<string, string>> | undefined)
    | undefined;
  /** ACL of the objects, one of those that the Worker allows; as a property also a function of the file. */
  declare acl:
    | CannedAcl
    | ((file: File, context: FileContext) => CannedAcl | undefined)
    | undefined;
  /** Functions that may refuse a file, with a message in the page's language, at once or by a promise. */
  declare validators: readonly Validator[] | undefined;
  /** Functions that make another file out of a chosen one before it is sent: smaller, converted, encrypted. */
  declare transforms: readonly Transform[] | undefined;
  /** Fields for metadata, which the user may fill in before an upload starts. Use them with `no-auto`. */
  declare fields: readonly MetadataField[] | undefined;
  /** Offers a field for the name of each file before its upload starts. Use it with `no-auto`. */
  declare rename: boolean;
  /** Texts that replace the element's own, by message id. */
  declare messages: Messages | undefined;
  /** Name of the form's entries; without a name, nothing is submitted. */
  declare name: string | undefined;
  /** Heading of the field, and its name for screen readers. */
  declare label: string | undefined;
  /** A line of help under the zone. */
  declare hint: string | undefined;
  /** Accepted files: types, `image/*` wildcards and `.ext` extensions, as in `<input>`. */
  declare accept: string | undefined;
  /** Accepts more than one file. Without it, a new file replaces the previous one. */
  declare multiple: boolean;
  /** The picker selects a folder, with everything in it; with `multiple`, a button of its own does. */
  declare directory: boolean;
  /** On phones, opens the camera at once: `user` or `environment`. */
  declare capture: string | undefined;
  /** The form needs at least one finished upload. */
  declare required: boolean;
  /** No files are accepted and nothing is submitted; running uploads continue. */
  declare disabled: boolean;
  /** Smallest file, in bytes or with a unit: “10 kB”. */
  declare minSize: number | undefined;
  /** Largest file, in bytes or with a unit: “20 MB” or “1.5 GiB”. */
  declare maxSize: number | undefined;
  /** Largest total size of all files, in bytes or with a unit. */
  declare maxTotalSize: number | undefined;
  /** The form needs at least this many finished uploads. */
  declare minFiles: number | undefined;
  /** At most this many files are accepted. */
  declare maxFiles: number | undefined;
  /**
   * Largest number of simultaneous requests to the store, for all files together.
   * @default 6 for each hostname of the bucket
   */
  declare concurrency: number | undefined;
  /** How many seconds a cancelled upload can be brought back; 0 turns this off. @default 8 */
  declare undoSeconds: number | undefined;
  /** What each entry of the form contains. @default 'id' */
  declare valueFormat: ValueFormat | undefined;
  /** Files wait for `start()`, or until the user presses Start. */
  declare noAuto: boolean;
  /** Turns off dropping. */
  declare noDrop: boolean;
  /** Turns off pasting. */
  declare noPaste: boolean;
  /** Nothing is remembered across a reload, so no interrupted uploads are offered. */
  declare noResume: boolean;
  /** Offers uploads that the caller began on other devices. Choosing the same file continues them. */
  declare otherDevices: boolean;
  /** The user can put the files in another order, by dragging and by buttons. */
  declare reorder: boolean;

  constructor() {
    super();
    const { elementProperties } = this.constructor as typeof SettingsElement;
    for (const [name, { type }] of elementProperties) {
      if (type === Boolean) Object.assign(this, { [name]: false });
    }
  }

  formDisabledCallback(): void {
    this.requestUpdate('disabled');
  }

  /** True if the element or its `<fieldset>` is disabled. @internal */
  get isDisabled(): boolean {
    // `:disabled` follows the attribute, which is reflected only with the next drawing.
    return this.disabled || (!isServer && this.matches(':disabled'));
  }

  /** True if the list may hold more than one file. @internal */
  get isMany(): boolean {
    return this.multiple || this.directory;
  }
}
