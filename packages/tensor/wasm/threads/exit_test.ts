import { assert, assertEquals } from "@std/assert";
import { endings } from "./exit_testing.ts";

/** How long a program may take to end. */
const patience = 60_000; // ms

Deno.test("setNumThreads() lets programs end whatever threads do", async () => {
  const program = import.meta.resolve("./exit_testing.ts");
  for (const ending of endings) {
    const code = `import { leave } from ${JSON.stringify(program)};
      leave(${JSON.stringify(ending)});`;
    const url = `data:application/typescript,${encodeURIComponent(code)}`;
    const { code: status, signal, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "--no-prompt", "--no-check", "--allow-import", url],
        stdin: "null",
        signal: AbortSignal.timeout(patience),
      },
    ).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(signal, null, `${ending}: ${text}`);
    if (ending === "error") {
      assertEquals(status, 1);
      assert(text.includes("Error: uncaught"), text);
    } else {
      assertEquals(
        [status, new TextDecoder().decode(stdout), text],
        [0, `3 threads, ${ending}\n`, ""],
      );
    }
  }
});
