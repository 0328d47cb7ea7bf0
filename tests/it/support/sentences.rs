//! French comments, good ones and spam, of which tests make corpora.

pub const GOOD: [&str; 6] = [
    "le conseil a voté le budget hier soir",
    "ma rue est en travaux depuis des mois",
    "bravo pour cet article très complet",
    "je ne partage pas cette analyse du vote",
    "le marché du samedi manque de place",
    "les trains du soir sont encore en retard",
];
pub const SPAM: [&str; 4] = [
    "gagnez de l'argent facile avec ce casino",
    "prêt rapide sans justificatif écrivez vite",
    "des pilules moins chères livrées demain",
    "investissez dans le bitcoin et doublez vos gains",
];
