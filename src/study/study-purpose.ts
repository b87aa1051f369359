import { join } from "node:path";
import { readText } from "../platform/read-file.ts";
import { writeFileAtomic } from "../platform/write-file-atomic.ts";
import type { StudyDescription } from "./study-folder.ts";

/** What a study is for, in its makers' words. It is theirs: `--resume` and `--force` leave it alone. */
const PURPOSE_FILE = "purpose.txt";

/** What a study is for; `undefined` where nobody has said so yet. */
export async function readPurpose(folder: string): Promise<string | undefined> {
  const text = await readText(join(folder, PURPOSE_FILE)).catch(() => "");
  return text.trim() === "" ? undefined : text.trim();
}

export async function keepPurpose(folder: string, purpose: string): Promise<void> {
  await writeFileAtomic(join(folder, PURPOSE_FILE), `${purpose.trim()}\n`);
}

const WORK_OR_SCHOOL =
  /\b(?:employ\w*|workplaces?|workers?|staff|hiring|recruit(?:ing|ment)|job (?:interview|applica)\w*|applicants?|call cent(?:er|re)s?|schools?|pupils?|classrooms?|students?|teach\w*|lecture\w*|exams?|proctor\w*|universit\w+)\b/i;

/**
 * What European law says of a purpose that sounds like work or education; `undefined` for any other. Regulation (EU) 2024/1689,
 * Articles 2(6), 5(1)(f) and 113(a): https://eur-lex.europa.eu/eli/reg/2024/1689/oj
 */
export function restrictedUse(purpose: string): string | undefined {
  const word = WORK_OR_SCHOOL.exec(purpose)?.[0];
  if (word === undefined) return undefined;
  return (
    `The purpose names "${word}": in the European Union, using AI systems to infer emotions of people at the workplace or in ` +
    "education institutions is prohibited since 2 February 2025, unless for medical or safety reasons (Regulation (EU) 2024/1689, " +
    "Article 5(1)(f)). Systems made and used for scientific research alone are outside of it (Article 2(6)). Ask your ethics board " +
    "or a lawyer which of the two this is."
  );
}

/** A notice for the people who are shown, to be completed by whoever is responsible. */
export function participantNotice(study: StudyDescription, purpose: string): string {
  const { settings, counts } = study;
  const toolboxes = settings.toolboxes.map(({ id }) => id).join(", ");
  return `# What happens to images of you

**What for.** ${purpose}

**What is done.** A program, Kuleshov ${study.kuleshovVersion}, measures faces in images or videos of you (${toolboxes}): where facial
muscles seem to act, where head and eyes point, and which expression other people would probably see. It does not know what you feel,
and nobody may conclude that from it. So far ${counts.faces} faces in ${counts.images} images or frames have been measured.

**Where.** Measuring happens on the researchers' own machine. If a language model elsewhere is asked about images of you, this
notice has to name it: _to be filled in: none, or which, and in which country_.

**What is kept.** Tables of measurements under the names of image files, small portraits in contact sheets and pages, and copies
in a cache: _to be filled in: where, who can see them, until when_.

**Your choice.** Taking part is voluntary. You may withdraw at any time and need give no reason; everything named above is then removed
(\`kuleshov withdraw\`), except what has been published or passed on before: _to be filled in_.

**Your rights, and whom to ask.** _To be filled in: who is responsible, data protection officer, ethics approval, legal basis; in the
European Union you may see, correct, erase and restrict data about you, and complain to a supervisory authority._
`;
}
