import { equal, ok } from './assert.ts';
import { until } from './page.ts';

/** The origin by its name: in a frame without a source, `'self'` is nobody to Firefox 153. */
const POLICY = `default-src 'none'; script-src ${location.origin}; connect-src ${location.origin}; require-trusted-types-for 'script'; trusted-types lit-html`;

/** A page under a strict policy, with the element in it; `violations` fills as they happen. */
async function strictPage(): Promise<{ document: Document; violations: string[] }> {
  const frame = document.createElement('iframe');
  frame.id = 'test-holder';
  // Only one without a source can be given a policy from here, and it inherits this origin.
  frame.srcdoc = `<!doctype html><html lang="en"><head>
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <script type="module" src="${new URL('./csp-page.ts', import.meta.url)}"></script>
    </head><body><s3-upload multiple label="Files"></s3-upload></body></html>`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  const violations: string[] = [];
  document.body.append(frame);
  frame.contentWindow?.addEventListener('securitypolicyviolation', () => undefined);
  await loaded;
  const { contentDocument } = frame;
  ok(contentDocument, 'the frame has a page');
  contentDocument.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective} ${event.sample}`);
  });
  return { document: contentDocument, violations };
}

describe('under a strict Content-Security-Policy with Trusted Types', () => {
  afterEach(() => document.getElementById('test-holder')?.remove());

  it('is drawn with its styles, its bars and its pictures', async () => {
    const page = await strictPage();
    const element = page.document.querySelector('s3-upload');
    ok(element?.shadowRoot, 'it is defined');
    const { shadowRoot } = element;
    const find = (selector: string): HTMLElement | null => shadowRoot.querySelector(selector);
    await until(() => find('canvas'));
    equal(getComputedStyle(find('[part~=zone]') ?? document.body).display, 'grid');
    const [fill, bar] = [find('[part~=fill]'), find('[part~=bar]')];
    equal(Math.round((100 * (fill?.offsetWidth ?? 0)) / (bar?.offsetWidth ?? 1)), 50);
    equal(page.violations, []);
  });

  it('and the policy is really there', async () => {
    const page = await strictPage();
    const violated = new Promise((resolve) =>
      page.document.addEventListener('securitypolicyviolation', resolve, { once: true }),
    );
    page.document.body.setAttribute('style', 'color: red');
    await violated;
    equal(page.violations.length, 1);
  });
});
