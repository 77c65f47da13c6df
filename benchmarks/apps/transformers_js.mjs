// Captions one picture several times with transformers.js, or a fork of it, a line of JSON each.
//
//     node transformers_js.mjs PACKAGE MODEL_FOLDER PICTURE TIMES
//
// PACKAGE is the folder of the installed package. The quantized files are used, as SillyTavern does.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, model, picture, times] = process.argv.slice(2);
const described = JSON.parse(readFileSync(path.join(folder, "package.json")));
const entry = described.exports?.node?.import ?? described.exports ?? described.main;
const file = typeof entry === "string" ? entry : entry.default;
const { env, pipeline } = await import(pathToFileURL(path.join(folder, file)));
env.allowRemoteModels = false;
env.localModelPath = path.dirname(model) + path.sep;
if (env.backends.onnx.wasm && described.version.startsWith("2.")) {
  env.backends.onnx.wasm.numThreads = 1;
}
const say = (fields) => process.stdout.write(JSON.stringify(fields) + "\n");
const options = { quantized: true, dtype: "q8" };
const captioner = await pipeline("image-to-text", path.basename(model), options);
for (let count = 0; count < Number(times); count += 1) {
  const [made] = await captioner(picture);
  say({ text: made.generated_text });
}
say({ version: described.version, peak_mb: process.resourceUsage().maxRSS / 1024 });
process.exit(0);
