import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  defaultGenerator,
  getRngState,
  initialSeed,
  manualSeed,
  setRngState,
} from "./default_generator.ts";
import { Generator } from "./generator.ts";

Deno.test("defaultGenerator starts from entropy", () => {
  assertEquals(initialSeed() === new Generator().initialSeed(), false);
});

Deno.test("manualSeed() seeds and returns the default generator", () => {
  assertStrictEquals(manualSeed(1234), defaultGenerator);
  assertEquals(
    defaultGenerator.uint32(),
    new Generator().manualSeed(1234).uint32(),
  );
  assertThrows(() => manualSeed(0.5), RangeError, "Cannot seed the generator");
});

Deno.test("initialSeed() returns the seed of the default generator modulo 2^64", () => {
  manualSeed(-2);
  assertEquals(initialSeed(), 2n ** 64n - 2n);
});

Deno.test("setRngState() rewinds the default generator to getRngState()", () => {
  manualSeed(5);
  defaultGenerator.normal();
  const state = getRngState();
  const expected = [defaultGenerator.normal(), defaultGenerator.uint32()];
  setRngState(state);
  assertEquals(
    [defaultGenerator.normal(), defaultGenerator.uint32()],
    expected,
  );
});
