import * as optim from "@gradus/optim";
import { assert, assertEquals } from "@std/assert";
import * as extra from "./mod.ts";
import {
  covered,
  encode,
  save,
  type Session,
  sessions,
} from "./resume_cases_testing.ts";

/** Steps before the save and after. */
const before = 5, after = 50;

/** Runs of one kind for each name. */
function mapSessions<T>(fn: (name: string, session: Session) => T) {
  return [...sessions].map(([name, begin]) =>
    [name, fn(name, begin())] as const
  );
}

/** What happened to saved runs in another process. */
async function elsewhere(
  saved: Record<string, string>,
): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/in.json`, JSON.stringify(saved));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        `--allow-read`,
        `--allow-write=${folder}`,
        new URL("./resume_testing.ts", import.meta.url).href,
        `${folder}/in.json`,
        `${folder}/out.json`,
        String(before),
        String(after),
      ],
      stderr: "piped",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(await Deno.readTextFile(`${folder}/out.json`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Every optimizer, wrapper and scheduler goes on in another process as if nothing had happened", async (t) => {
  const saved: Record<string, string> = {},
    expected: Record<string, string> = {};
  mapSessions((name, session) => {
    for (let k = 1; k <= before; k++) session.step(k);
    saved[name] = encode(save(session));
    for (let k = 1; k <= after; k++) session.step(before + k);
    expected[name] = encode(save(session));
  });
  const found = await elsewhere(saved);
  for (const name of sessions.keys()) {
    await t.step(name, () => {
      assert(expected[name] !== saved[name], "The run does not move");
      assertEquals(found[name], expected[name]);
    });
  }
});

Deno.test("Every optimizer, wrapper and scheduler that is exported is saved and continued", () => {
  const names = Object.entries({ ...optim, ...extra })
    .filter(([, value]) => {
      const { prototype } = value as { prototype?: object };
      return prototype !== undefined && "stateDict" in prototype;
    })
    .map(([name]) => name)
    .filter((name) => !bases.has(name));
  assert(names.length > 70);
  assertEquals(names.filter((name) => !covered.has(name)), []);
});

/** What others are made of. */
const bases = new Set([
  "AveragedModel",
  "CompositeScheduler",
  "FunctionLR",
  "LRScheduler",
  "Optimizer",
  "OptimizerWrapper",
  "Scheduler",
  "TwoPoints",
]);
