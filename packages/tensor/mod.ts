/**
 * N-dimensional arrays with PyTorch's names and semantics, on the CPU through
 * WebAssembly kernels that are written at run time.
 *
 * @example
 * ```ts
 * import { manualSeed, randn } from "@gradus/tensor";
 *
 * manualSeed(1); // the same stream of numbers as torch.manual_seed(1)
 * const x = randn([100, 3]);
 * console.log(x.mean(0), x.std(0));
 * ```
 *
 * @module
 */

export * from "./choice_functions.ts";
export * from "./create.ts";
export { tensor } from "./data.ts";
export type { TensorOptions } from "./make.ts";
export type {
  BackwardOptions,
  GradHook,
  GradNode,
  NodeGrads,
  NodeHook,
  NodePrehook,
  RemovableHandle,
} from "./hooks.ts";
export type { DeviceName } from "./device.ts";
export {
  canCast,
  type DType,
  getDefaultDtype,
  promoteTypes,
  setDefaultDtype,
  type TypedArray,
} from "./dtype.ts";
export * from "./functional.ts";
export * from "./methods_as_functions.ts";
export type { Index } from "./indices.ts";
export {
  getPrintOptions,
  type PrintOptions,
  type SetPrintOptions,
  setPrintOptions,
} from "./print.ts";
export { einsum } from "./einsum.ts";
export {
  type Eigen,
  eigh,
  type QR,
  qr,
  solveTriangular,
  type SolveTriangularOptions,
} from "./linalg_functions.ts";
export * from "./random.ts";
export * from "./rearrange_functions.ts";
export {
  defaultGenerator,
  getRngState,
  initialSeed,
  manualSeed,
  setRngState,
} from "./random/default_generator.ts";
export * from "./shape_functions.ts";
export { Generator } from "./random/generator.ts";
export type { RandomOptions } from "./random/into.ts";
export { Tensor } from "./tensor.ts";
export {
  type AlphaOptions,
  type DivOptions,
  TensorArithmetic,
  type ValueOptions,
} from "./tensor/arithmetic.ts";
export {
  type CloseOptions,
  type NanToNumOptions,
  type ProductOptions,
  TensorComparison,
} from "./tensor/comparison.ts";
export { type ClampOptions, TensorChoice } from "./tensor/choice.ts";
export { TensorConversion } from "./tensor/conversion.ts";
export { TensorCore } from "./tensor/core.ts";
export { TensorGradient } from "./tensor/gradient.ts";
export { TensorIndexing } from "./tensor/indexing.ts";
export { TensorLogic } from "./tensor/logic.ts";
export { TensorMathematics } from "./tensor/mathematics.ts";
export {
  type SortOptions,
  TensorOrdering,
  type TopkOptions,
} from "./tensor/ordering.ts";
export {
  type Dims,
  type ReduceOptions,
  TensorReduce,
  type ValuesAndIndices,
  type VarOptions,
} from "./tensor/reduce.ts";
export { TensorPart } from "./tensor/part.ts";
export { TensorProduct } from "./tensor/product.ts";
export { TensorRandom } from "./tensor/random.ts";
export { type NestedArray, TensorReading } from "./tensor/reading.ts";
export { TensorShape } from "./tensor/shape.ts";
export {
  defaultDevice,
  initWebGPU,
  isWebGPUAvailable,
  type WebGPUOptions,
} from "./webgpu/mod.ts";
export {
  type CacheInfo,
  compile,
  type Compiled,
  type CompileOptions,
  type Repeated,
  type RepeatOptions,
} from "./compile/compile.ts";
export { getNumThreads, setNumThreads } from "./wasm/threads/threads.ts";
