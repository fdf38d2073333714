/** Draws the element on a server, as a declarative shadow root. */
import { render } from '@lit-labs/ssr';
import { collectResultSync } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import 's3-upload-element';

const [, , endpoint] = process.argv;
console.log(
  collectResultSync(
    render(
      html`<form>
        <s3-upload endpoint=${endpoint} name="files" label="Dateien" multiple max-size="1 GB">
          <b slot="hint">Hinweis</b>
        </s3-upload>
      </form>`,
    ),
  ),
);
