import type { VNode } from "preact";
import type { StudyAgreement } from "../domain/agreement.ts";
import type { Passport } from "../domain/passport.ts";
import { actionUnit } from "../facs/action-units.ts";
import { AgreementFigure, type AgreementView } from "./agreement-figure.tsx";
import { AgreementShown } from "./agreement-view.tsx";
import { AnswersShown, type AnswersView } from "./answers-view.tsx";
import { FoundShown, type FoundView } from "./found-view.tsx";
import { page } from "./page.ts";
import { PassportShown, type PassportView } from "./passport-view.tsx";
import { rendered } from "./rendered.ts";

/** What commands find, each as one page that needs nothing else: the components that the studio shows for its folder. */
function resultPage(title: string, shown: VNode): string {
  const body = rendered(
    <>
      <h1>{title}</h1>
      {shown}
    </>,
  );
  return page({ title, body });
}

export function agreementPage(agreement: StudyAgreement): string {
  const title = `Agreement of ${agreement.toolboxes.join(", ")}`;
  return resultPage(title, <AgreementShown agreement={agreementView(agreement)} />);
}

/** The figure of the page as an SVG image of its own. */
export function agreementFigure(agreement: StudyAgreement): string {
  return `${rendered(<AgreementFigure agreement={agreementView(agreement)} />).html}\n`;
}

export function passportPage(passport: Passport): string {
  return resultPage("Measurement passport", <PassportShown passport={passportView(passport)} />);
}

/** @param view with images as `data:` addresses. */
export function answersPage(view: AnswersView, model: string): string {
  const title = `${view.summary.asked} questions to ${model}`;
  return resultPage(title, <AnswersShown {...view} />);
}

/** @param view with portraits as `data:` addresses. */
export function foundPage(view: FoundView, category: string): string {
  return resultPage(`Most like “${category}”`, <FoundShown {...view} />);
}

export function agreementView({ units, ...rest }: StudyAgreement): AgreementView {
  return { ...rest, units: units.map((unit) => ({ ...unit, name: actionUnit(unit.au)?.name ?? "" })) };
}

export function passportView({ rows, ...rest }: Passport): PassportView {
  const nameOf = (of: string) => {
    const name = actionUnit(of)?.name;
    return name === undefined ? of : `${of} ${name}`;
  };
  return { ...rest, rows: rows.map((row) => ({ ...row, name: nameOf(row.of) })) };
}
