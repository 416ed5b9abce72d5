// Copies the listed files of the pinned packages into imis/static/vendor and writes the manifest with their sha256.
// `--lock` only removes URLs from package-lock.json: integrity hashes pin the content, hosts are the machine's own affair.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const HOME = "imis/static/vendor";
const WEIGHTS = [400, 600, 700];
const SCRIPTS = ["bengali", "latin"];
const WANTED = {
  "maplibre-gl": [
    "dist/maplibre-gl-csp.js", "dist/maplibre-gl-csp-worker.js", "dist/maplibre-gl.css", "LICENSE.txt",
  ],
  "@maplibre/maplibre-gl-leaflet": ["dist/leaflet-maplibre-gl.js", "LICENSE"],
  "htmx.org": ["dist/htmx.min.js", "LICENSE"],
  "@fontsource/noto-sans-bengali": [
    ...SCRIPTS.flatMap((script) => WEIGHTS.map((w) => `files/noto-sans-bengali-${script}-${w}-normal.woff2`)),
    "LICENSE",
  ],
};
// A reference to a source map that is not shipped would stop Django's collectstatic.
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*\r?\n?/m;

function stripLock() {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  for (const entry of Object.values(lock.packages)) {
    delete entry.funding;
    delete entry.resolved;
  }
  writeFileSync("package-lock.json", JSON.stringify(lock, null, 2) + "\n");
}

function copyPackage(name, files) {
  const source = join("node_modules", name);
  const about = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const folder = `${name.split("/").pop()}-${about.version}`;
  const sums = {};
  for (const file of files) {
    let bytes = readFileSync(join(source, file));
    if (file.endsWith(".js")) bytes = Buffer.from(bytes.toString("utf8").replace(SOURCE_MAP, ""));
    const target = join(HOME, folder, file.split("/").pop());
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    sums[file.split("/").pop()] = { from: file, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
  return { package: name, version: about.version, licence: about.license, folder, files: sums };
}

if (process.argv.includes("--lock")) {
  stripLock();
} else {
  for (const old of readdirSync(HOME, { withFileTypes: true })) {
    if (old.isDirectory()) rmSync(join(HOME, old.name), { recursive: true });
  }
  const packages = Object.entries(WANTED).map(([name, files]) => copyPackage(name, files));
  writeFileSync(join(HOME, "manifest.json"), JSON.stringify({ packages }, null, 2) + "\n");
  console.log(packages.map((p) => p.folder).join("\n"));
}
