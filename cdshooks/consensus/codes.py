"""Codes of missing data and of flags, as they stand in the assessment (closed lists)."""

from __future__ import annotations

IMAGING_BASELINE = "imaging-baseline"
IMAGING_IN_WINDOW = "imaging-in-window"
TARGET_MEASUREMENT = "target-measurement"
CONSECUTIVENESS = "consecutiveness"
TACE_TECHNIQUE_ATTESTATION = "tace-technique-attestation"
NEW_LESION_STATUS = "new-lesion-status"
VI_STATUS = "vi-status"
EHS_STATUS = "ehs-status"
MARKERS = "markers"
IMAGING_PREVIOUS_SESSION = "imaging-previous-session"
CONTRAST_STATUS = "contrast-status"
CONFLICTING_DATA = "conflicting-data"
PROCEDURE_CONFIRMATION = "procedure-confirmation"
EVENT_DATE = "event-date"
RECORD_INCOMPLETE = "record-incomplete"
DECOMPENSATION_STATUS = "decompensation-status"
TACE_INTENT = "tace-intent"
LIVER_FUNCTION = "liver-function"
ECOG = "ecog"
HEPATIC_ARTERY_PATENCY = "hepatic-artery-patency"
AV_FISTULA_STATUS = "av-fistula-status"
ICI_CONTRAINDICATION_SCREEN = "ici-contraindication-screen"
COMBINATION_TOLERANCE = "combination-tolerance"

MISSING = (
    IMAGING_BASELINE,
    IMAGING_IN_WINDOW,
    TARGET_MEASUREMENT,
    CONSECUTIVENESS,
    TACE_TECHNIQUE_ATTESTATION,
    NEW_LESION_STATUS,
    VI_STATUS,
    EHS_STATUS,
    MARKERS,
    IMAGING_PREVIOUS_SESSION,
    CONTRAST_STATUS,
    CONFLICTING_DATA,
    PROCEDURE_CONFIRMATION,
    EVENT_DATE,
    RECORD_INCOMPLETE,
    DECOMPENSATION_STATUS,
    TACE_INTENT,
    LIVER_FUNCTION,
    ECOG,
    HEPATIC_ARTERY_PATENCY,
    AV_FISTULA_STATUS,
    ICI_CONTRAINDICATION_SCREEN,
    COMBINATION_TOLERANCE,
)

CAUSES = (
    RECORD_INCOMPLETE,
    EVENT_DATE,
    PROCEDURE_CONFIRMATION,
    CONSECUTIVENESS,
    CONTRAST_STATUS,
    CONFLICTING_DATA,
)
"""Why readings of the record differ; the first that applies is the reason of the verdict."""

PD_BY_NADIR_ONLY = "pd-by-nadir-only"
LATE_LESION_BASELINE = "late-lesion-baseline"
DEB_TACE_COUNTED = "deb-tace-counted"
SESSIONS_MERGED = "sessions-merged"
NONSTANDARD_SESSION_EXCLUDED = "nonstandard-session-excluded"
SERIES_BREAK_GAP = "series-break-gap"
SERIES_BREAK_THERAPY = "series-break-therapy"
TECHNIQUE_UNATTESTED = "technique-unattested"
STRICT_WINDOW_DIFFERS = "strict-window-differs"
EARLY_SCAN_ONLY = "early-scan-only"
LATE_SCAN_AVAILABLE = "late-scan-available"
WINDOW_SCANS_DISCORDANT = "window-scans-discordant"
NONCONTRAST_SCAN_IN_WINDOW = "noncontrast-scan-in-window"
JSH_METRIC_SENSITIVE = "jsh-metric-sensitive"
JSH_PREVIOUSLY_MET = "jsh-previously-met"
TACE_CONTRAINDICATED_OVERLAY = "tace-contraindicated-overlay"
ECOG2_GAP = "ecog2-gap"
EHS_AT_REFRACTORINESS = "ehs-at-refractoriness"
HAIC_FEASIBILITY = "haic-feasibility"
BORDERLINE = "borderline"
RESPONSE_STATED = "response-stated"
ASSESSMENT_OLD = "assessment-old"
LATE_CUTOFF_DIFFERS = "late-cutoff-differs"
COMBINED_SESSION = "combined-session"

FLAGS = (
    PD_BY_NADIR_ONLY,
    LATE_LESION_BASELINE,
    DEB_TACE_COUNTED,
    SESSIONS_MERGED,
    NONSTANDARD_SESSION_EXCLUDED,
    SERIES_BREAK_GAP,
    SERIES_BREAK_THERAPY,
    TECHNIQUE_UNATTESTED,
    STRICT_WINDOW_DIFFERS,
    EARLY_SCAN_ONLY,
    LATE_SCAN_AVAILABLE,
    WINDOW_SCANS_DISCORDANT,
    NONCONTRAST_SCAN_IN_WINDOW,
    JSH_METRIC_SENSITIVE,
    JSH_PREVIOUSLY_MET,
    TACE_CONTRAINDICATED_OVERLAY,
    ECOG2_GAP,
    EHS_AT_REFRACTORINESS,
    HAIC_FEASIBILITY,
    BORDERLINE,
    RESPONSE_STATED,
    ASSESSMENT_OLD,
    LATE_CUTOFF_DIFFERS,
    COMBINED_SESSION,
)
