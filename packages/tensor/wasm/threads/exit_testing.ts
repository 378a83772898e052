/**
 * A program that ends, in one of several ways, while worker threads are
 * there: "asleep", "spinning", "starting", or "error" for an uncaught one.
 */

import { ones } from "../../mod.ts";
import { pool } from "./pool.ts";
import { setNumThreads } from "./threads.ts";
import { startThreads } from "./threads_testing.ts";

/** The ways in which the program ends. */
export const endings = ["asleep", "spinning", "starting", "error"] as const;

/** Prints a line and leaves threads behind. */
export async function leave(ending: string): Promise<void> {
  if (ending === "starting") {
    setNumThreads(3);
    // The first run finds work for more threads, the next one starts them.
    for (let i = 0; i < 2; i++) ones([500_000]).exp();
  } else startThreads(3);
  if (ending === "asleep") {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (ending === "error") throw new Error("uncaught");
  console.log(`${pool.threads} threads, ${ending}`);
}
