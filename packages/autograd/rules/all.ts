/** The table of derivative rules. */

import "./activation.ts";
import "./arithmetic.ts";
import "./linalg.ts";
import "./loss.ts";
import "./mathematics.ts";
import "./nn.ts";
import "./order.ts";
import "./reduce.ts";
import "./shape.ts";
