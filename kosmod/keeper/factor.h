/*
 * factor.h: the code of an app, judged where another may be typed as well.
 */
#ifndef KOSMO_KEEPER_FACTOR_H
#define KOSMO_KEEPER_FACTOR_H

#include "kosmod/keeper/trial.h"

/* What the digits of a K_CODE are worth: into p and o. */
KOSMO_CHECK int factor_code(struct kconv *c, struct person *p,
    const struct k_code *m, struct outcome *o);

#endif
