// Runs the bundle of scripts/smoke_program.ts in headless Chromium, once with
// shared memory and once without, and fails unless the loss that it logs is the
// one that Deno prints.
//
//     deno run --allow-read --allow-write --allow-env --allow-run \
//       --allow-net=127.0.0.1 scripts/smoke_browser.ts

import { bundle } from "./bundle.ts";
import { Chromium, type ChromiumEvent, findChromium } from "./chromium.ts";
import { compareLosses, lossIn, lossInDeno, PROGRAM } from "./smoke_node.ts";

/** The headers without which a page has no SharedArrayBuffer. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const PAGE = `<!doctype html><link rel="icon" href="data:,">
<script type="module" src="/smoke.js"></script>`;

const TIMEOUT = 120_000; // ms

/** Serves the page and its script on a free port of this machine. */
function serve(
  script: string,
  headers: Record<string, string>,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const isScript = new URL(request.url).pathname === "/smoke.js";
      const type = isScript ? "text/javascript" : "text/html";
      return new Response(isScript ? script : PAGE, {
        headers: { ...headers, "Content-Type": `${type}; charset=utf-8` },
      });
    },
  );
}

/** What a page logged: the text of the arguments, as far as they are primitive. */
function logged({ params }: ChromiumEvent): string {
  const args = params.args as { value?: unknown; description?: string }[];
  return args.map((arg) => arg.value ?? arg.description).join(" ");
}

/**
 * Opens a page, waits for the loss that it logs, and checks that it has shared
 * memory if and only if `isolated`.
 *
 * @throws {Error} If the page throws, or logs no loss in time
 */
async function lossInPage(
  chromium: Chromium,
  url: string,
  isolated: boolean,
): Promise<number> {
  const { promise: loss, resolve, reject } = Promise.withResolvers<number>();
  let log = "";
  chromium.onEvent = (event) => {
    if (event.method === "Runtime.consoleAPICalled") {
      const line = logged(event);
      log += `${line}\n`;
      const value = lossIn(line);
      if (value !== undefined) resolve(value);
    } else if (event.method === "Runtime.exceptionThrown") {
      const { text, exception } = event.params.exceptionDetails as {
        text: string;
        exception?: { description?: string };
      };
      reject(new Error(`${text} ${exception?.description ?? ""}\n${log}`));
    }
  };
  const timer = setTimeout(() => {
    reject(new Error(`Cannot wait longer for "loss <number>", got: ${log}`));
  }, TIMEOUT);

  try {
    const { targetId } = await chromium.call("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await chromium.call("Target.attachToTarget", {
      targetId,
      flatten: true,
    }) as { sessionId: string };
    await chromium.call("Runtime.enable", {}, sessionId);
    await chromium.call("Page.navigate", { url }, sessionId);
    const value = await loss;
    const { result } = await chromium.call("Runtime.evaluate", {
      expression: "[crossOriginIsolated, typeof SharedArrayBuffer].join()",
    }, sessionId) as { result: { value: string } };
    const expected = isolated ? "true,function" : "false,undefined";
    if (result.value !== expected) {
      throw new Error(
        `Cannot test isolation: expected ${expected}, got ${result.value}`,
      );
    }
    await chromium.call("Target.closeTarget", { targetId });
    return value;
  } finally {
    clearTimeout(timer);
  }
}

if (import.meta.main) {
  const path = await findChromium();
  const { code: script } = await bundle(PROGRAM, { minify: true });
  const expected = await lossInDeno();
  await using chromium = await Chromium.start(path);
  for (const isolated of [true, false]) {
    await using server = serve(script, isolated ? ISOLATION : {});
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const where = `Chromium ${isolated ? "with" : "without"} shared memory`;
    compareLosses(where, await lossInPage(chromium, url, isolated), expected);
  }
}
