import { LitElement, nothing, type PropertyDeclarations, html, type TemplateResult } from 'lit';
import { admit, roomIn } from '../control/uploads/admission.ts';
import { booleanAttribute } from '../control/attributes.ts';
import {
  UploadError,
  UploadRejectedEvent,
  type FileWithPath,
  type UploaderLike,
} from '../core/index.ts';
import { Language } from '../i18n/language.ts';
import type { Messages } from '../i18n/en.ts';
import type { FoundFile } from '../intake/found.ts';
import { Intake, type Way } from '../intake/intake.ts';
import { loadWalk } from '../intake/load-walk.ts';
import { limitsOf, refusalText } from '../view/phrases.ts';
import { TargetWatcher, type LinkedSettings, type UploadsTarget } from './target-watcher.ts';

/**
 * An element that gives files to uploads which are kept somewhere else: by the element whose id is
 * `for`, which also says what may be chosen, or by an `uploader` of the page.
 */
export class LinkedElement extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override properties: PropertyDeclarations = {
    for: {},
    uploader: { attribute: false },
    messages: { attribute: false },
    label: {},
    accept: {},
    capture: {},
    multiple: booleanAttribute('multiple'),
    directory: booleanAttribute('directory'),
    disabled: { type: Boolean, reflect: true },
  };

  /** Id of the `<s3-upload>` or `<s3-upload-list>` that gets the files, and whose settings apply. */
  declare for: string | undefined;
  /** An uploader that gets the files, if there is no element with the id `for`. */
  declare uploader: UploaderLike | null | undefined;
  /** Texts that replace the element's own, by message id. */
  declare messages: Messages | undefined;
  /** The text of the button. */
  declare label: string | undefined;
  /** Accepted files, as in `<input>`; with `for`, that of the other element applies. */
  declare accept: string | undefined;
  /** On phones, opens the camera at once; with `for`, that of the other element applies. */
  declare capture: string | undefined;
  /** Accepts more than one file; with `for`, that of the other element applies. */
  declare multiple: boolean;
  /** The picker selects a folder; with `for`, that of the other element applies. */
  declare directory: boolean;
  /** No files are accepted. */
  declare disabled: boolean;

  protected readonly language = new Language(this);
  readonly #target = new TargetWatcher(this);
  protected readonly intake: Intake = this.makeIntake(this, (way) => this.isOpen(way));

  constructor() {
    super();
    this.multiple = this.directory = this.disabled = false;
  }

  /** Opens the file picker. Call it from a user's gesture. */
  showPicker(): void {
    this.intake.showPicker();
  }

  /** What applies now. @internal */
  get settings(): LinkedSettings {
    const { disabled, accept, capture, multiple, directory } = this;
    const target = this.#target.element;
    if (target) {
      const isDisabled = disabled || target.isDisabled;
      return { ...settingsOf(target), isDisabled };
    }
    const isMany = multiple || directory;
    const limits = { maxSize: undefined, maxFiles: undefined, isMany };
    return { accept, capture, multiple, directory, isDisabled: disabled, ...limits };
  }

  /** True if the list of the element with the id `for` holds as many files as the page allows. */
  protected get isFull(): boolean {
    const target = this.#target.element;
    return target !== undefined && roomIn(target, target.totals) === 0;
  }

  /** Whether files may come in this way now. */
  protected isOpen(way: Way): boolean {
    return !this.settings.isDisabled && !(way === 'pick' && this.isFull);
  }

  /** Takes the files that come to `host`. */
  protected makeIntake(
    host: ConstructorParameters<typeof Intake>[0],
    isOpen: (way: Way) => boolean,
  ) {
    return new Intake(host, {
      isOpen,
      isWelcome: (types) =>
        !this.isFull && !refusalText(types, limitsOf(this.settings), this.language.localizer),
      add: (found) => this.#add(found),
      names: () => (this.#target.element ?? this.uploader)?.uploads.map(({ name }) => name) ?? [],
      loadWalk,
      keepsHandles: () => !this.settings.noResume,
    });
  }

  /** The hidden picker, which `Intake` opens. */
  protected picker(): TemplateResult {
    const { accept, capture, multiple, directory } = this.settings;
    return html`<input
      type="file"
      hidden
      accept=${accept ?? nothing}
      capture=${capture ?? nothing}
      ?multiple=${multiple}
      ?webkitdirectory=${directory}
      @change=${this.intake.onPick}
    />`;
  }

  #add(found: readonly FoundFile[]): void {
    const target = this.#target.element;
    if (target) {
      // One that could not be read has a path and no file: the target refuses it by name.
      target.add(found.map((item) => ({ file: undefined, ...item })) as readonly FileWithPath[]);
      return;
    }
    const { uploader } = this;
    if (!uploader) {
      reportError(this.#unlinked());
      return;
    }
    const { isMany, maxFiles } = this.settings;
    const { files, refused } = admit(found, { isMany, maxFiles, room: Infinity });
    if (files.length > 0) uploader.add(files);
    if (refused.length > 0) uploader.dispatchEvent(new UploadRejectedEvent(refused));
  }

  #unlinked(): UploadError {
    const { localName, for: id } = this;
    const what = id === undefined ? 'has no uploads' : `for="${id}": no <s3-upload> has this id`;
    const cure = 'Set "for" to the id of an <s3-upload> or <s3-upload-list>, or set "uploader".';
    return new UploadError('invalid_request', `<${localName}> ${what}. ${cure}`);
  }
}

/** The settings that a target has as accessors, which a spread would leave out. */
function settingsOf(target: UploadsTarget): Omit<LinkedSettings, 'isDisabled'> {
  const { accept, capture, multiple, directory, maxSize, maxFiles, isMany, noResume } = target;
  return {
    accept,
    capture,
    multiple,
    directory,
    maxSize,
    maxFiles,
    isMany,
    noResume: noResume === true,
  };
}
