/** `<s3-upload-list>`, without registering it. */
import { html, type TemplateResult } from 'lit';
import { S3UploadElement } from '../s3-upload.ts';
import type { UploaderLike } from '../core/index.ts';
import { TargetWatcher } from './target-watcher.ts';

/**
 * `<s3-upload-list>`: everything of `<s3-upload>` except the zone. It is the form control that keeps
 * the settings and shows the files, which come from an `<s3-upload-button>`, an `<s3-upload-zone>` or a
 * script. With `for`, it shows the uploads of another element.
 */
export class S3UploadListElement extends S3UploadElement {
  static override properties = { ...S3UploadElement.properties, for: {} };

  /** Registers the element, unless the name is taken. */
  static override define(
    tag = 's3-upload-list',
    registry: CustomElementRegistry = customElements,
  ): void {
    if (!registry.get(tag)) registry.define(tag, this);
  }

  /** Id of an `<s3-upload>` whose uploads are shown here too. */
  declare for: string | undefined;

  override readonly zoneView = anchor;

  readonly #target = new TargetWatcher(this);
  #followed: UploaderLike | undefined;

  protected override willUpdate(): void {
    const uploader = this.#target.element?.uploader;
    if (!uploader || uploader === this.#followed) return;
    this.#followed = uploader;
    this.uploader = uploader;
  }
}

/** Has the focus where `<s3-upload>` would give it to its button, such as for a message of the form. */
function anchor(): TemplateResult {
  return html`<div id="browse" tabindex="-1" aria-describedby="hint error"></div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    's3-upload-list': S3UploadListElement;
  }
}
