/** Shows the code of a page at work, without a network. */
import { S3UploadElement } from '../../../../widget/index.ts';
import { ar } from '../../../../widget/i18n/languages/ar.ts';
import { de } from '../../../../widget/i18n/languages/de.ts';
import { registerLocale } from '../../../../widget/i18n/locales.ts';
import '../../../themes/bare-button.css';
import '../../../themes/cards.css';
import '../../../themes/table.css';
import { SimulatedUploader } from './simulated-uploader.ts';

registerLocale('ar', ar);
registerLocale('de', de);
S3UploadElement.define();

/** Puts the HTML into the place, and gives each element in it an engine that sends nothing. */
export function showLive(place: HTMLElement, html: string): void {
  place.innerHTML = html;
  for (const element of place.querySelectorAll('s3-upload')) {
    const engine = new SimulatedUploader();
    engine.waitsForStart = element.noAuto;
    element.uploader = engine;
  }
}
