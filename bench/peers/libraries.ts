import { ADAM, GRADUS, PYTORCH } from "./results.ts";
import type { PeerOptions } from "./peer.ts";

/** Returns how each library is run, in the order of the columns. */
export function libraries(threads: number, python: string): PeerOptions[] {
  const options: PeerOptions[] = [
    script(GRADUS, "with_gradus.ts", threads),
    module(PYTORCH, "with_pytorch", threads, python),
    {
      ...module("PyTorch compiled", "with_pytorch_compile", threads, python),
      modes: ["compiled", "repeat"],
    },
    module("JAX", "with_jax", threads, python),
    script("tfjs", "with_tfjs.ts", threads),
    script("jax-js", "with_jax_js.ts", threads),
  ];
  if (threads > 1) {
    options.splice(1, 0, script(`${GRADUS} 1 thread`, "with_gradus.ts", 1));
  }
  return options;
}

/** Returns how the libraries are run whose optimizers are compared. */
export function optimizerLibraries(
  threads: number,
  python: string,
): PeerOptions[] {
  return [
    script(GRADUS, "with_gradus_optimizers.ts", threads),
    module(PYTORCH, "with_pytorch_optimizers", threads, python),
    script(ADAM, "with_gradus_adam.ts", threads),
  ];
}

function script(name: string, library: string, threads: number): PeerOptions {
  const args = ["run", "--quiet", "--no-prompt", "--allow-all"];
  return {
    name,
    command: Deno.execPath(),
    args: [...args, pathOf("serve.ts"), library, `${threads}`],
  };
}

function module(
  name: string,
  library: string,
  threads: number,
  python: string,
): PeerOptions {
  return {
    name,
    command: python,
    args: ["-B", pathOf("serve.py"), library, `${threads}`],
  };
}

function pathOf(file: string): string {
  const url = new URL(`runners/${file}`, import.meta.url);
  return decodeURIComponent(url.pathname);
}
