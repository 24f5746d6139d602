import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../../tools/chromium.mjs';

export interface TestPage {
  page: Page;
  /** What the page wrote to the console as warning or error, its uncaught errors, and requests that failed; tests expect none. */
  problems: string[];
  /** Bytes of every response's body as transferred, with its URL. */
  transferred: { url: string; bytes: number }[];
}

/**
 * One browser for all tests of a file. Call it at the top of the file; the function that it returns opens a page with a context of its
 * own (its own cache). Contexts close with the browser, or earlier with `page.context().close()`.
 */
export function useBrowser({ args = [] }: { args?: string[] } = {}): (options?: BrowserContextOptions) => Promise<TestPage> {
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = chromiumPath();
    browser = await chromium.launch({ ...(executablePath ? { executablePath } : {}), args: [...chromiumFlags, ...args] });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return async (options) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const problems: string[] = [];
    const transferred: TestPage['transferred'] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
    page.on('requestfailed', (request) => {
      // What a page that is left no longer wants is no failure.
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${why}`);
    });
    page.on('requestfinished', (request) => {
      void request.sizes().then(
        ({ responseBodySize }) => transferred.push({ url: request.url(), bytes: responseBodySize }),
        () => {},
      );
    });
    return { page, problems, transferred };
  };
}
