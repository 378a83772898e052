import {
  Linear,
  loadSafetensors,
  safetensorsMetadata,
  saveSafetensors,
  saveSafetensorsSync,
} from "@gradus/nn";
import { arange, type Tensor, tensor, zeros } from "@gradus/tensor";
import { assertEquals, assertThrows } from "@std/assert";
import { bytesOf } from "./_testing.ts";
import golden from "./testdata/nn.json" with { type: "json" };

const { files } = golden;
const encoder = new TextEncoder();

/** A file of a header and data. */
function file(header: string | Uint8Array, data: number[] = []): Uint8Array {
  const text = typeof header === "string" ? encoder.encode(header) : header;
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

function sample(): Record<string, Tensor> {
  return {
    b: tensor([1.5, -2]),
    "a.weight": arange(6, { dtype: "float64" }).view(2, 3),
    "10": tensor([true, false, true]),
    "9": tensor([7, -8]),
    u: tensor([1, 255], { dtype: "uint8" }),
    i: tensor(-5, { dtype: "int32" }),
    none: zeros([0, 3]),
    'quoted "\u00e9"': tensor([0.25]),
  };
}

Deno.test("saveSafetensors() writes the bytes that the reference writer does", async () => {
  const options = { metadata: { format: "pt" } };
  const expected = bytesOf(files.plain);
  assertEquals(saveSafetensorsSync(sample(), options), expected);
  assertEquals(await saveSafetensors(sample(), options), expected);
});

Deno.test("saveSafetensors() writes the examples of the format", () => {
  assertEquals(saveSafetensorsSync({}), file("{}      "));
  const values = arange(6, { dtype: "float32" });
  const six = saveSafetensorsSync({ "attn.0": values.view(1, 2, 3) });
  assertEquals(
    new TextDecoder().decode(six.subarray(8, 72)),
    '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}',
  );
  assertEquals(six.length, 96);
  const seven = saveSafetensorsSync({ attn0: values.view(1, 1, 2, 3) });
  assertEquals(seven.length, 8 + 72 + 24);
});

Deno.test("saveSafetensors() writes views in row-major order", () => {
  const t = arange(6, { dtype: "float32" }).view(2, 3).t();
  const back = loadSafetensors(saveSafetensorsSync({ t }));
  assertEquals(back.t?.arraySync(), [[0, 3], [1, 4], [2, 5]]);
});

Deno.test("loadSafetensors() reads what was written, wherever the bytes begin", () => {
  const bytes = bytesOf(files.plain);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const back = loadSafetensors(shifted.subarray(3));
  const expected = sample();
  assertEquals(Object.keys(back).sort(), Object.keys(expected).sort());
  for (const [name, t] of Object.entries(expected)) {
    const { dtype, shape } = back[name]!;
    assertEquals([dtype, shape], [t.dtype, t.shape], name);
    assertEquals(back[name]!.arraySync(), t.arraySync(), name);
  }
  assertEquals(safetensorsMetadata(bytes), { format: "pt" });
});

Deno.test("loadSafetensors() widens types that tensors do not have", () => {
  const back = loadSafetensors(bytesOf(files.wide));
  const list = (name: string) => Array.from(back[name]!.dataSync(), Number);
  assertEquals(list("f16"), [...files.halves.map(Number), NaN, -0]);
  assertEquals(list("bf16"), [
    ...files.brainFloats.map(Number),
    -Infinity,
    NaN,
  ]);
  assertEquals(list("i8"), [-128, 127]);
  assertEquals(list("i16"), [-32768, 32767]);
  assertEquals(list("u16"), [0, 65535]);
  assertEquals(list("u32"), [0, 4294967295]);
  assertThrows(() => loadSafetensors(bytesOf(files.u64)), TypeError, "U64");
});

Deno.test("saveSafetensors() and loadSafetensors() carry the state of a module", () => {
  const a = new Linear(3, 2), b = new Linear(3, 2);
  b.loadStateDict(loadSafetensors(saveSafetensorsSync(a.stateDict())));
  assertEquals(b.weight.dataSync(), a.weight.dataSync());
});

Deno.test("loadSafetensors() treats names as plain data", () => {
  const bytes = file(
    '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
    [9],
  );
  const back = loadSafetensors(bytes);
  assertEquals(Object.keys(back), ["__proto__"]);
  assertEquals(back["__proto__"]?.arraySync(), [9]);
  assertEquals(saveSafetensorsSync(back).length, 8 + 64 + 1);
});

Deno.test("loadSafetensors() refuses bytes that are not of the format", () => {
  const one = (fields: string) => `{"x":{"dtype":"U8","shape":[2],${fields}}}`;
  const huge = new Uint8Array(8).fill(255);
  const cases: [Uint8Array, string][] = [
    [new Uint8Array(7), "at least 8 bytes, got 7"],
    [huge, "at most 100000000 bytes"],
    [file("{}").subarray(0, 9), "header of 2 bytes, got 1"],
    [file(new Uint8Array([0x7b, 0xff, 0x7d])), "not UTF-8"],
    [file("{"), "not JSON"],
    [file("[]"), "to be an object"],
    [file('{"x":5}'), '"x" to have a dtype'],
    [file('{"x":null}'), '"x" to have a dtype'],
    [file(one('"data_offsets":[0]'), [1, 2]), '"x" to have a dtype'],
    [file(one('"data_offsets":[0,1.5]'), [1, 2]), '"x" to have a dtype'],
    [file(one('"data_offsets":[-1,1]'), [1, 2]), '"x" to have a dtype'],
    [file(one('"data_offsets":[0,9007199254740993]')), '"x" to have a dtype'],
    [file('{"x":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}', [1]), "F4"],
    [
      file(one('"data_offsets":[1,3]'), [1, 2, 3]),
      '"x" to begin at 0, got 1 to 3',
    ],
    [file(one('"data_offsets":[2,0]'), [1, 2]), "to begin at 0, got 2 to 0"],
    [file(one('"data_offsets":[0,3]'), [1, 2, 3]), "2 bytes for"],
    [file(one('"data_offsets":[0,2]'), [1]), "2 bytes of data, got 1"],
    [file(one('"data_offsets":[0,2]'), [1, 2, 3]), "2 bytes of data, got 3"],
    [file('{"__metadata__":{"a":1}}'), 'metadata "a" to be a string'],
    [file('{"__metadata__":"a"}'), "the metadata to be an object"],
    [file('{"__metadata__":["a"]}'), "the metadata to be an object"],
  ];
  for (const [bytes, message] of cases) {
    assertThrows(() => loadSafetensors(bytes), TypeError, message);
  }
});

Deno.test("saveSafetensors() refuses names and metadata that cannot be written", () => {
  assertThrows(
    () => saveSafetensorsSync({ __metadata__: zeros([1]) }),
    TypeError,
    "not for tensors",
  );
  assertThrows(
    () => saveSafetensorsSync({}, { metadata: { a: 1 as unknown as string } }),
    TypeError,
    'metadata "a" to be a string, got number',
  );
});
