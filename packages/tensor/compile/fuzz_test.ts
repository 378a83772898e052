import { assertProgramCompiles } from "../testing/random_programs_testing.ts";

Deno.test("compile() leaves behind what random programs leave behind", () => {
  for (let seed = 0; seed < 300; seed++) assertProgramCompiles(seed, false);
});
