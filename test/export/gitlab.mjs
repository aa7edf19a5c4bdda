// usage: node gitlab.mjs PACKAGES KAHN SCRATCH PIPELINE
// Runs a pipeline with kahn, and what kahn exports of it with gitlab-ci-local, each in a repository of its own on the branch
// `main`, and compares how every job ended. Exit status 77: gitlab-ci-local is not there.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const [packages, kahn, scratch, pipeline] = process.argv.slice(2);
const gitlab = join(packages, "node_modules", "gitlab-ci-local", "src", "index.js");
if (!existsSync(gitlab)) {
  console.log("gitlab-ci-local is not installed");
  process.exit(77);
}

function repository(name) {
  const folder = join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const git = (...words) => execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...words], { cwd: folder, stdio: "pipe" });
  git("init", "-q", "-b", "main");
  git("remote", "add", "origin", "git@gitlab.example:group/project.git");
  copyFileSync(pipeline, join(folder, basename(pipeline)));
  return { folder, commit: () => (git("add", "-A"), git("commit", "-q", "-m", "all")) };
}

const environment = { ...process.env };
for (const name of Object.keys(environment)) {
  if (/^(KAHN_|CI|GITHUB_|GITLAB_)/.test(name)) delete environment[name];
}

function byKahn() {
  const { folder, commit } = repository("kahn");
  commit();
  const run = spawnSync(kahn, ["run", basename(pipeline), "--json=quiet"], { cwd: folder, env: environment, encoding: "utf8" });
  const outcomes = {};
  for (const line of run.stdout.trim().split("\n")) {
    const event = JSON.parse(line);
    if (event.type !== "job_finished") continue;
    outcomes[`${event.stage} / ${event.job}`] = event.allowed ? "warning" : event.status;
  }
  return outcomes;
}

function byGitlab() {
  const { folder, commit } = repository("gitlab");
  const file = join(folder, ".gitlab-ci.yml");
  const text = execFileSync(kahn, ["export", "--to", "gitlab", pipeline], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  writeFileSync(file, text);
  commit();
  const words = [gitlab, "--force-shell-executor", "--shell-isolation", "--home", join(scratch, "home"), "--color=false"];
  const run = spawnSync(process.execPath, words, { cwd: folder, env: environment, encoding: "utf8" });
  const ids = [...text.matchAll(/^([a-z0-9_-]+): {2}# (.*)$/gm)];
  if (ids.length === 0) throw new Error("no jobs in the export");
  // The summary: `PASS job`, `FAIL job`, `WARN job`; of one that did not run there is no line.
  const outcomes = {};
  const plain = run.stdout.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "") + run.stderr.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "");
  const words_of = { PASS: "success", FAIL: "failure", WARN: "warning" };
  const found = Object.fromEntries([...plain.matchAll(/^ *(PASS|FAIL|WARN) +(\S+)/gm)].map((match) => [match[2], words_of[match[1]]]));
  for (const [, id, name] of ids) outcomes[name] = found[id] ?? "skipped";
  return { outcomes, log: plain };
}

const one = byKahn();
const { outcomes: other, log } = byGitlab();
const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
let differences = 0;
for (const name of names) {
  const same = one[name] === other[name];
  differences += same ? 0 : 1;
  console.log(`${same ? "same " : "OTHER"} ${name}: kahn ${one[name]}, GitLab ${other[name]}`);
}
if (differences > 0 || names.length === 0) {
  console.log(log);
  process.exit(1);
}
