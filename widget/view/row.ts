import { html, nothing, type TemplateResult } from 'lit';
import type { UploadSnapshot } from '../core/types.ts';
import { reasonOf } from '../i18n/reason.ts';
import { action } from './action.ts';
import { bar } from './bar.ts';
import { icon } from './icons.ts';
import { nameView, shownName } from './name.ts';
import { ROW_ICONS } from './row-icons.ts';
import { tile } from './tile.ts';
import type { View } from './view.ts';

/** What is in the row of one file. */
export function row(
  upload: UploadSnapshot,
  view: View,
  picture: HTMLCanvasElement | undefined,
): TemplateResult {
  const { id, name, status, bytes, loaded, sent } = upload;
  const { localizer, isMany } = view;
  const isOver = /done|failed|cancelled/.test(status);
  const size = bytes || 1;
  const progress = localizer.progress(loaded, bytes);
  return html`<span part="thumb" class="thumb"
      >${picture ?? tile(name)}${
        status === 'done'
          ? html`<span part="badge" class="badge" role="img" aria-label=${localizer.text('done')}
              >${icon(ROW_ICONS.check)}</span
            >`
          : nothing
      }</span
    >
    <div class="body">
      ${nameView(name)}
      <div part="meta" class="meta">${meta(upload, view, progress)}</div>
      ${
        // How far a file is that nothing has been sent of is not 0 %, it is not known.
        isOver
          ? nothing
          : bar(shownName(name), loaded / size, sent / size, sent > 0 ? progress : undefined)
      }
    </div>
    <div part="actions" class="actions">
      <slot name=${isMany ? `row-actions-${id}` : 'row-actions'}></slot
      >${actions(upload, view, isOver)}
    </div>`;
}

/** First how it stands, then the numbers. */
function meta(upload: UploadSnapshot, { localizer }: View, progress: string): unknown[] {
  const { status, bytes, loaded, error, waitingFor, file } = upload;
  const { bytesPerSecond, secondsLeft } = upload;
  if (status === 'uploading') {
    const time = secondsLeft === undefined ? '' : localizer.duration(secondsLeft);
    return [
      says(progress),
      bytesPerSecond && html`<span class="rate">${localizer.rate(bytesPerSecond)}</span>`,
      time && html`<span>${localizer.text('left', { time })}</span>`,
    ].filter(Boolean);
  }
  if (status === 'failed')
    return [says(error ? reasonOf(error, localizer) : localizer.text(status))];
  const id = status === 'waiting' && waitingFor === 'online' ? 'offline' : status;
  const isPartial = loaded > 0 && status !== 'done';
  return [
    status !== 'done' && says(localizer.text(id)),
    // Of an upload of before, a page may know the id alone.
    (bytes > 0 || file) && html`<span>${isPartial ? progress : localizer.bytes(bytes)}</span>`,
  ].filter(Boolean);
}

function says(text: string): TemplateResult {
  return html`<span part="status" class="status">${text}</span>`;
}

function actions({ name, status, error }: UploadSnapshot, view: View, isOver: boolean): unknown[] {
  const shown = shownName(name);
  const isAgain = error?.code.startsWith('file_');
  return [
    /queued|hashing|uploading|waiting/.test(status) && action(view, 'pause', 'pause', shown),
    status === 'paused' && action(view, 'resume', 'play', shown),
    status === 'failed' &&
      (isAgain || error?.retryable !== false) &&
      (isAgain
        ? action(view, 'again', 'retry', shown, 'again')
        : action(view, 'retry', 'retry', shown, 'retry')),
    status === 'done' && view.canDownload && action(view, 'download', 'down', shown),
    action(view, isOver ? 'remove' : 'cancel', 'cross', shown),
  ].filter(Boolean);
}
