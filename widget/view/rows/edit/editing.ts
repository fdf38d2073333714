import type { CSSResult, ReactiveControllerHost } from 'lit';
import type { MetadataField } from '../../../control/metadata-field.ts';
import {
  isUploadError,
  type Edits,
  type UploaderLike,
  type UploadEventTarget,
  type UploadSnapshot,
  type UploadStatus,
} from '../../../core/index.ts';
import { lazy } from '../../../core/util/lazy.ts';
import { lacksDetails, type EditForm, type RowEditing } from './fields.ts';

const loadForm = lazy(() => import('./form.ts'));

/** The element, as far as editing depends on it. */
export interface EditingHost extends ReactiveControllerHost, UploadEventTarget {
  readonly rename: boolean;
  readonly fields: readonly MetadataField[] | undefined;
  readonly uploads: readonly UploadSnapshot[];
  readonly uploader: UploaderLike;
  addStyles(styles: CSSResult): void;
}

/** Statuses in which the Worker may not know an upload yet. */
const EARLY: ReadonlySet<UploadStatus> = new Set<UploadStatus>([
  'checking',
  'queued',
  'paused',
  'failed',
]);

/** The form for name and metadata: which row has it open, and which uploads wait for it. */
export class Editing {
  readonly #host: EditingHost;
  #form: EditForm | undefined;
  #openId: string | undefined;
  /** Uploads that were not started because details are missing. */
  readonly #held = new Set<string>();
  readonly #rows = new Map<string, RowEditing>();

  constructor(host: EditingHost) {
    this.#host = host;
    host.addEventListener('upload-start', (event) => {
      if (!lacksDetails(event.upload, this.#fields)) return;
      event.preventDefault();
      this.#held.add(event.upload.id);
      if (this.#openId === undefined) this.open(event.upload.id);
    });
  }

  /** What the row of this upload shows; undefined if it cannot be edited. */
  of(upload: UploadSnapshot): RowEditing | undefined {
    const { rename } = this.#host;
    const { id, status, key } = upload;
    const fields = this.#fields;
    const canEdit = (rename || fields.length > 0) && EARLY.has(status) && key === undefined;
    if (!canEdit) return undefined;
    const now: RowEditing = {
      isMissing: this.#held.has(id) && lacksDetails(upload, fields),
      form: this.#openId === id ? this.#form : undefined,
      hasName: rename,
      fields,
      save: (edits) => this.#save(id, edits),
      close: () => this.#close(),
    };
    const last = this.#rows.get(id);
    const isSame = last && VISIBLE.every((key) => String(last[key]) === String(now[key]));
    if (isSame) return last;
    this.#rows.set(id, now);
    return now;
  }

  /** Opens the form of an upload, whose code is loaded first; closes it if it is open. */
  open(id: string | undefined): void {
    this.#openId = this.#openId === id ? undefined : id;
    this.#host.requestUpdate();
    void loadForm().then(
      ({ editForm, formStyles }) => {
        if (!this.#form) this.#host.addStyles(formStyles);
        this.#form = editForm;
        this.#host.requestUpdate();
      },
      // Without its code there is no form; the button loads it again.
      () => (this.#openId = undefined),
    );
  }

  /** The fields that the Worker's policy allows, as far as it is known. */
  get #fields(): readonly MetadataField[] {
    const allowed = this.#host.uploader.policy?.metadata;
    return (this.#host.fields ?? []).filter(({ name }) => allowed?.includes(name) !== false);
  }

  #save(id: string, edits: Edits): void {
    try {
      this.#host.uploader.edit?.(id, edits);
    } catch (error) {
      // It has been started meanwhile; the row shows so.
      if (!isUploadError(error)) throw error;
    }
    this.#close();
    if (this.#held.delete(id)) this.#host.uploader.start();
  }

  #close(): void {
    const { uploads } = this.#host;
    const waiting = uploads.find(
      (upload) =>
        upload.id !== this.#openId &&
        this.#held.has(upload.id) &&
        lacksDetails(upload, this.#fields),
    );
    this.#openId = waiting?.id;
    this.#host.requestUpdate();
  }
}

const VISIBLE = ['isMissing', 'form', 'hasName', 'fields'] as const;
