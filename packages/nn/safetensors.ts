/**
 * The safetensors format: an unsigned 64-bit length, a JSON header of that
 * many bytes, and the elements of all tensors without gaps.
 */

import {
  type DType,
  type Tensor,
  tensor,
  type TypedArray,
} from "@gradus/tensor";
import { checkOptions, countOf, showShape } from "@gradus/tensor/internal";
import {
  type ElementType,
  elementTypes,
  typeNames,
  writeOrder,
} from "./safetensors_types.ts";

/** Longest header that readers accept. */
const MAX_HEADER = 100_000_000;

/** Tensors by name. */
export type NamedTensors = Record<string, Tensor>;

/** Options of {@linkcode saveSafetensors}. */
export interface SaveSafetensorsOptions {
  /** Text by name that is stored beside the tensors. */
  metadata?: Readonly<Record<string, string>>;
}

function refuse(what: string): never {
  throw new TypeError(`Cannot read safetensors: ${what}`);
}

interface Entry {
  readonly name: string;
  readonly tensor: Tensor;
}

/** Tensors in the order of the reference writer: largest alignment first, then by name. */
function entriesOf(tensors: Readonly<NamedTensors>): Entry[] {
  const entries = Object.entries(tensors).map(([name, tensor]) => ({
    name,
    tensor,
  }));
  const rank = (t: Tensor) => writeOrder.indexOf(t.dtype);
  return entries.sort((a, b) =>
    rank(a.tensor) - rank(b.tensor) || (a.name < b.name ? -1 : 1)
  );
}

function headerOf(
  entries: readonly Entry[],
  options: SaveSafetensorsOptions,
): Uint8Array {
  checkOptions("write safetensors", options, ["metadata"]);
  const fields: string[] = [];
  if (options.metadata) {
    for (const [name, text] of Object.entries(options.metadata)) {
      if (typeof text === "string") continue;
      throw new TypeError(
        `Cannot write safetensors: expected metadata "${name}" to be a string, got ${typeof text}`,
      );
    }
    fields.push(`"__metadata__":${JSON.stringify(options.metadata)}`);
  }
  let at = 0;
  for (const { name, tensor } of entries) {
    if (name === "__metadata__") {
      throw new TypeError(
        'Cannot write safetensors: the name "__metadata__" is not for tensors',
      );
    }
    const end = at + tensor.numel * tensor.itemSize;
    const info = {
      dtype: typeNames[tensor.dtype],
      shape: tensor.shape,
      data_offsets: [at, end],
    };
    // Not an object of all fields: names such as "1" or "__proto__" are plain here.
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(info)}`);
    at = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  if (padded.length > MAX_HEADER) {
    throw new RangeError(
      `Cannot write safetensors: expected a header of at most ${MAX_HEADER} bytes, got ${padded.length}`,
    );
  }
  padded.set(text);
  return padded;
}

function assemble(
  header: Uint8Array,
  parts: readonly TypedArray[],
): Uint8Array {
  const data = parts.reduce((bytes, part) => bytes + part.byteLength, 0);
  const out = new Uint8Array(8 + header.length + data);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  let at = 8 + header.length;
  for (const part of parts) {
    out.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return out;
}

/**
 * Writes tensors, a state dict for instance, to bytes in the safetensors format,
 * which PyTorch and others read.
 *
 * @throws {TypeError} if an option is unknown, or metadata is not text by name.
 *
 * @example
 * ```ts
 * import { Linear, loadSafetensors, saveSafetensors } from "@gradus/nn";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new Linear(2, 3);
 * const bytes = await saveSafetensors(model.stateDict());
 * const other = new Linear(2, 3);
 * other.loadStateDict(loadSafetensors(bytes));
 * assertEquals(other.weight.arraySync(), model.weight.arraySync());
 * ```
 */
export async function saveSafetensors(
  tensors: Readonly<NamedTensors>,
  options: SaveSafetensorsOptions = {},
): Promise<Uint8Array> {
  const entries = entriesOf(tensors);
  const header = headerOf(entries, options);
  return assemble(
    header,
    await Promise.all(entries.map((e) => e.tensor.data())),
  );
}

/** {@linkcode saveSafetensors} at once; only for tensors on the CPU. */
export function saveSafetensorsSync(
  tensors: Readonly<NamedTensors>,
  options: SaveSafetensorsOptions = {},
): Uint8Array {
  const entries = entriesOf(tensors);
  const header = headerOf(entries, options);
  return assemble(header, entries.map((e) => e.tensor.dataSync()));
}

interface Info {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseInfo(name: string, value: unknown): Info {
  const { dtype, shape, data_offsets: offsets } =
    (typeof value === "object" ? value ?? {} : {}) as Record<string, unknown>;
  const sizes = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every(isSize);
  if (
    typeof dtype !== "string" || !sizes(shape) || !sizes(offsets) ||
    offsets.length !== 2
  ) {
    refuse(`expected "${name}" to have a dtype, a shape and two data_offsets`);
  }
  const type = elementTypes.get(dtype);
  if (!type) {
    refuse(`"${name}" has the element type ${dtype}, which no tensor can have`);
  }
  const [begin, end] = offsets as [number, number];
  return { name, type, shape, begin, end };
}

interface File {
  readonly infos: readonly Info[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

function parse(bytes: Uint8Array): File {
  if (bytes.length < 8) {
    refuse(`expected at least 8 bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER) {
    refuse(`expected a header of at most ${MAX_HEADER} bytes, got ${length}`);
  }
  if (bytes.length < 8 + length) {
    refuse(`expected a header of ${length} bytes, got ${bytes.length - 8}`);
  }
  const header = parseHeader(bytes.subarray(8, 8 + length));
  const infos: Info[] = [];
  const metadata: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") infos.push(parseInfo(name, value));
    else {
      if (typeof value !== "object" || Array.isArray(value)) {
        refuse("expected the metadata to be an object");
      }
      for (const [key, text] of Object.entries(value ?? {})) {
        if (typeof text !== "string") {
          refuse(
            `expected metadata "${key}" to be a string, got ${typeof text}`,
          );
        }
        metadata[key] = text;
      }
    }
  }
  const data = bytes.subarray(8 + length);
  checkLayout(infos, data.length);
  return { infos, metadata, data };
}

function parseHeader(bytes: Uint8Array): object {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      bytes,
    );
  } catch (cause) {
    throw new TypeError("Cannot read safetensors: the header is not UTF-8", {
      cause,
    });
  }
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new TypeError("Cannot read safetensors: the header is not JSON", {
      cause,
    });
  }
  if (typeof header === "object" && header !== null && !Array.isArray(header)) {
    return header;
  }
  refuse("expected the header to be an object");
}

/** Throws unless the tensors tile the data without gaps and overlaps. */
function checkLayout(infos: readonly Info[], size: number): void {
  let at = 0;
  const sorted = [...infos].sort((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { name, type, shape, begin, end } of sorted) {
    if (begin !== at || end < begin) {
      refuse(`expected "${name}" to begin at ${at}, got ${begin} to ${end}`);
    }
    const bytes = countOf(shape) * type.bytes;
    if (end - begin !== bytes) {
      refuse(
        `expected ${bytes} bytes for "${name}" of shape ${
          showShape(shape)
        }, got ${end - begin}`,
      );
    }
    at = end;
  }
  if (at !== size) refuse(`expected ${at} bytes of data, got ${size}`);
}

/**
 * The tensors in bytes of the safetensors format. Types that tensors do not
 * have become the next that holds all their values: F16 and BF16 become
 * float32, I8, I16 and U16 int32, U32 int64.
 *
 * @throws {TypeError} if the bytes are not of that format, or a tensor has
 * another type.
 */
export function loadSafetensors(bytes: Uint8Array): NamedTensors {
  const { infos, data } = parse(bytes);
  const out: NamedTensors = Object.create(null);
  for (const { name, type, shape, begin, end } of infos) {
    // A copy is aligned, which a part of a file need not be.
    const elements = type.read(data.slice(begin, end));
    const dtype: DType = type.dtype;
    out[name] = tensor(elements, { dtype }).reshape(shape);
  }
  return out;
}

/**
 * The text stored beside the tensors in bytes of the safetensors format.
 *
 * @throws {TypeError} if the bytes are not of that format.
 */
export function safetensorsMetadata(bytes: Uint8Array): Record<string, string> {
  return { ...parse(bytes).metadata };
}
