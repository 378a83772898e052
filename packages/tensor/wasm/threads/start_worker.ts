/** Starting a worker thread in Deno, Node and browsers. */

import { nodeSource, webSource, type WorkerData } from "./worker_source.ts";

/** A worker that was started. */
export interface WorkerHandle {
  /** Ends the thread wherever it is. */
  terminate(): unknown;
}

interface NodeWorker extends WorkerHandle {
  unref(): void;
  on(event: "error", listener: (error: unknown) => void): void;
}

interface NodeModules {
  "node:worker_threads": {
    Worker: new (source: string, options: object) => NodeWorker;
  };
  "node:os": { availableParallelism(): number };
}

/** A module of Node, which Deno has, too. */
export function nodeModule<N extends keyof NodeModules>(
  name: N,
): NodeModules[N] | undefined {
  const scope = globalThis as {
    process?: { getBuiltinModule?: (name: string) => unknown };
  };
  return scope.process?.getBuiltinModule?.(name) as NodeModules[N] | undefined;
}

/** Starts a worker; `onError` hears of what goes wrong outside of its work. */
export function startWorker(
  data: WorkerData,
  onError: (error: unknown) => void,
): WorkerHandle {
  const threads = nodeModule("node:worker_threads");
  if (threads) {
    const worker = new threads.Worker(nodeSource, {
      eval: true,
      workerData: data,
      name: `gradus ${data.index + 1}`,
      execArgv: [],
    });
    worker.on("error", onError);
    // The process does not wait for workers.
    worker.unref();
    return worker;
  }
  const blob = new Blob([webSource], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, { name: `gradus ${data.index + 1}` });
  worker.onerror = (event) => {
    event.preventDefault();
    onError(event.message);
  };
  worker.postMessage(data);
  URL.revokeObjectURL(url);
  return worker;
}
