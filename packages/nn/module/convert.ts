/** Converting the tensors of a module. */

import type { DeviceName, DType, Tensor } from "@gradus/tensor";

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/**
 * Converts `tensors` and their gradients in place. Integers keep their type.
 *
 * @throws {TypeError} if the type is not floating; nothing has changed then.
 */
export function convertTensors(
  module: string,
  tensors: readonly Tensor[],
  target: DType | DeviceName | Tensor,
): void {
  const like = typeof target === "object" ? target : null;
  const name = like ? like.dtype : target as DType | DeviceName;
  const device = like
    ? like.device
    : name === "cpu" || name === "webgpu"
    ? name
    : null;
  const dtype = name === "cpu" || name === "webgpu" ? null : name;
  if (dtype !== null && !isFloat(dtype)) {
    throw new TypeError(
      `Cannot convert ${module}: expected float32 or float64, got ${dtype}`,
    );
  }
  if (tensors.some((t) => !t.isLeaf)) {
    throw new Error(
      `Cannot convert ${module} as a buffer is the result of a recorded operation: detach it`,
    );
  }
  const convert = (t: Tensor): Tensor => {
    const typed = dtype !== null && isFloat(t.dtype)
      ? t.detach().to(dtype)
      : t.detach();
    return device === null ? typed : typed.to(device);
  };
  const converted = tensors.map((t) => ({
    t,
    data: convert(t),
    grad: t.grad && convert(t.grad),
  }));
  for (const { t, data, grad } of converted) {
    t.grad = null;
    t.setData(data);
    t.grad = grad;
  }
}
