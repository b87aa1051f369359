/**
 * Starter scripts that read a study's tables, leave out what is excluded or poor, and describe by label.
 *
 * @param fileOf where a table lies, seen from the folder that the scripts are run in. @param folder the scripts' own, with its slash.
 */
export const starterScripts = (fileOf: (table: string) => string = (table) => table, folder = "") => ({
  r: `# Run in the folder of the ${folder === "" ? "study" : "dataset"}: Rscript ${folder}starter.R (base R, no packages)
faces <- read.csv("${fileOf("faces.csv")}", check.names = FALSE)
images <- read.csv("${fileOf("images.csv")}")
cat(nrow(images), "images or frames,", sum(images$faces == 0), "without a face,", nrow(faces), "faces\\n")

# What you excluded in the studio: a face by its id, or an image as a whole where face_id is empty.
key <- function(d, id) paste(d$path, ifelse(is.na(d$frame), "", d$frame), id, sep = "|")
faces$excluded <- FALSE
if (file.exists("${fileOf("exclusions.csv")}")) {
  excluded <- read.csv("${fileOf("exclusions.csv")}", colClasses = c(face_id = "character"))
  excluded$face_id[is.na(excluded$face_id)] <- ""
  gone <- key(excluded, excluded$face_id)
  faces$excluded <- key(faces, faces$face_id) %in% gone | key(faces, "") %in% gone
}
cat(sum(faces$excluded), "faces excluded\\n")
# Below .5 a face is too small, dark, blurred or turned away to be trusted.
kept <- faces[!faces$excluded & !is.na(faces$quality) & faces$quality >= 0.5, ]

# Who it is in a clip: as you named people in the studio, else the track.
kept$person <- as.character(kept$track_id)
if (file.exists("${fileOf("people.csv")}")) {
  people <- read.csv("${fileOf("people.csv")}")
  for (i in order(people$from_frame)) {
    theirs <- kept$path == people$path[i] & kept$track_id == people$track_id[i] & kept$frame >= people$from_frame[i]
    kept$person[which(theirs)] <- people$person[i]
  }
}
if (any(!is.na(kept$person) & kept$person != "")) print(table(person = kept$person))

# The likeliest label of the first expression classifier; ${folder === "" ? "data-dictionary.csv" : "documentation/codebook.csv"} says what every column means.
first <- sub("_neutral$", "", grep("_neutral$", names(kept), value = TRUE)[1])
columns <- grep(paste0("^", first, "_"), names(kept), value = TRUE)
best <- apply(kept[columns], 1, function(p) if (all(is.na(p))) NA else columns[which.max(p)])
kept$label <- sub(paste0(first, "_"), "", best, fixed = TRUE)

# Mean of every action unit by label. An empty cell means "not measured", never 0.
units <- grep("AU[0-9]+_both$", names(kept), value = TRUE)
means <- aggregate(kept[units], by = list(label = kept$label), FUN = mean, na.rm = TRUE)
print(cbind(label = means$label, n = as.vector(table(kept$label)[means$label]), round(means[units], 2)), row.names = FALSE)

# What is heard in clips (measure --voices), a stretch of speech in each row: means by clip.
if (file.exists("voices.csv")) {
  voices <- read.csv("voices.csv")
  spoken <- voices[voices$kind == "stretch", ]
  heard <- c("duration_s", "pitch_hz", "syllables_per_s")
  if (nrow(spoken) > 0) print(aggregate(spoken[heard], by = list(path = spoken$path), FUN = mean, na.rm = TRUE))
}
`,
  python: `# Run in the folder of the ${folder === "" ? "study" : "dataset"}: python ${folder}starter.py (needs pandas)
from pathlib import Path

try:
    import pandas as pd
except ModuleNotFoundError:
    raise SystemExit("This script needs pandas: python -m pip install pandas") from None

faces = pd.read_csv("${fileOf("faces.csv")}").copy()
images = pd.read_csv("${fileOf("images.csv")}")
print(f"{len(images)} images or frames, {(images.faces == 0).sum()} without a face, {len(faces)} faces")

# What you excluded in the studio: a face by its id, or an image as a whole where face_id is empty.
faces["excluded"] = False
if Path("${fileOf("exclusions.csv")}").exists():
    excluded = pd.read_csv("${fileOf("exclusions.csv")}")
    def key(table, face_id):
        frame = table.frame.astype(float).fillna(-1).astype(int).astype(str)
        return table.path + "|" + frame + "|" + face_id
    gone = set(key(excluded, excluded.face_id.fillna("").astype(str)))
    faces["excluded"] = key(faces, faces.face_id).isin(gone) | key(faces, pd.Series("", faces.index)).isin(gone)
print(f"{faces.excluded.sum()} faces excluded")
# Below .5 a face is too small, dark, blurred or turned away to be trusted.
kept = faces[~faces.excluded & (faces.quality >= 0.5)].copy()

# Who it is in a clip: as you named people in the studio, else the track.
kept["person"] = kept.track_id.astype(object)
if Path("${fileOf("people.csv")}").exists():
    for one in pd.read_csv("${fileOf("people.csv")}").sort_values("from_frame").itertuples():
        theirs = (kept.path == one.path) & (kept.track_id == one.track_id) & (kept.frame >= one.from_frame)
        kept.loc[theirs, "person"] = one.person
if kept.person.notna().any():
    print(kept.person.value_counts().to_string())

# The likeliest label of the first expression classifier; ${folder === "" ? "data-dictionary.csv" : "documentation/codebook.csv"} says what every column means.
first = next(name for name in kept.columns if name.endswith("_neutral")).removesuffix("_neutral")
columns = [name for name in kept.columns if name.startswith(f"{first}_")]
read = kept[columns].dropna(how="all")
kept["label"] = read.idxmax(axis=1).str.removeprefix(f"{first}_")

# Mean of every action unit by label. An empty cell means "not measured", never 0.
units = kept.filter(regex=r"AU\\d+_both$").columns
means = kept.groupby("label")[list(units)].mean().round(2)
means.insert(0, "n", kept.groupby("label").size())
print(means.to_string())

# What is heard in clips (measure --voices), a stretch of speech in each row: means by clip.
if Path("voices.csv").exists():
    voices = pd.read_csv("voices.csv")
    spoken = voices[voices.kind == "stretch"]
    print(spoken.groupby("path")[["duration_s", "pitch_hz", "syllables_per_s"]].mean().round(2).to_string())
`,
});
