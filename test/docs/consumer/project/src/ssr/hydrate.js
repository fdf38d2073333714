/** Takes over what the server has drawn, on a page of Lit elements, which hydrate. */
import '@lit-labs/ssr-client/lit-element-hydrate-support.js';
import './client.js';
