/** The other process of the test that goes on with saved runs: reads them, goes on, writes where they end. */

import {
  decode,
  encode,
  load,
  save,
  type Saved,
  sessions,
} from "./resume_cases_testing.ts";

const [input, output, from, steps] = Deno.args as [
  string,
  string,
  string,
  string,
];
const saved = JSON.parse(Deno.readTextFileSync(input)) as Record<
  string,
  string
>;
const ends: Record<string, string> = {};
for (const [name, text] of Object.entries(saved)) {
  const session = sessions.get(name)!();
  load(session, decode(text) as Saved);
  for (let t = 1; t <= Number(steps); t++) session.step(Number(from) + t);
  ends[name] = encode(save(session));
}
Deno.writeTextFileSync(output, JSON.stringify(ends));
