import { html, nothing, type TemplateResult } from 'lit';
import type { Totals } from '../core/types.ts';
import { action } from './action.ts';
import { bar } from './bar.ts';
import type { View } from './view.ts';

/** All files together, and what can be done with all of them at once. */
export function summary(totals: Totals, isHeld: boolean, view: View): TemplateResult {
  const { localizer } = view;
  const { files, done, failed, active, paused, bytes, loaded, sent } = totals;
  const isOver = active + paused === 0;
  const figures = [
    failed > 0 && localizer.text('failedCount', { n: failed }),
    isOver ? localizer.bytes(bytes) : localizer.progress(loaded, bytes),
    active > 0 && totals.bytesPerSecond && localizer.rate(totals.bytesPerSecond),
    active > 0 &&
      totals.secondsLeft !== undefined &&
      localizer.text('left', { time: localizer.duration(totals.secondsLeft) }),
  ].filter(Boolean);
  return html`<div part="summary" class="summary">
    <span part="total" class="total"
      ><b>${localizer.text('uploaded', { n: files, done })}</b>
      <span>· ${figures.join(' · ')}</span></span
    >
    <span class="actions">${actions(totals, isHeld, view)}</span>
    ${
      isOver
        ? nothing
        : bar({
            label: localizer.text('total'),
            loaded,
            sent,
            bytes,
            text: localizer.text('valueText', {
              percent: localizer.percent(loaded / Math.max(1, bytes)),
              progress: localizer.text('uploaded', { n: files, done }),
            }),
          })
    }
  </div>`;
}

function actions({ failed, active, paused }: Totals, isHeld: boolean, view: View): TemplateResult {
  return html`${failed > 1 ? action('retry', { icon: 'retry', label: 'retryAll', isText: true }, view) : nothing}
  ${
    isHeld
      ? action('start', { icon: 'up', isText: true }, view)
      : active > 0
        ? action('pause', { icon: 'pause', label: 'pauseAll', isText: true }, view)
        : paused > 0
          ? action('resume', { icon: 'play', label: 'resumeAll', isText: true }, view)
          : nothing
  }`;
}
